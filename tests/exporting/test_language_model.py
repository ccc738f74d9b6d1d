"""A language model as an artefact: logits, generation, text."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.data.bpe_tokenizer import BPETokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.exporting import Servable, ServedModel, export_saved_model
from kerasdl.exporting.language_model import SAMPLE_LENGTH, language_model
from kerasdl.models import char_rnn, gpt
from kerasdl.ops import sample_token

ALPHABET = CharacterTokenizer("\n abcdeß🙂")
SIZE = ALPHABET.size
CONTEXT = 8
MODELS = {
    "gpt": lambda: gpt(SIZE, CONTEXT, width=16, num_layers=2, num_heads=2, seed=0),
    "learned": lambda: gpt(
        SIZE, CONTEXT, width=16, num_layers=1, num_heads=2, positions="learned", seed=0
    ),
    "lstm": lambda: char_rnn(SIZE, units=16, seed=0),
}


@pytest.fixture(scope="module", params=sorted(MODELS))
def servable(request: pytest.FixtureRequest) -> Servable:
    keras.utils.set_random_seed(0)
    return language_model(MODELS[request.param](), ALPHABET, CONTEXT, ["abcde", "a"])


def slowly(model: keras.Model, prompt: list[int], length: int, seed: int, **options: float):
    """Generation by whole forward passes, on the windows that the cache goes through."""
    limited = model.name == "gpt"
    row, begin = list(prompt), 0
    if limited:
        begin = max(0, len(row) - CONTEXT)
    for done in range(length):
        logits = np.asarray(model(np.array([row[begin:]])))[0, -1]
        row.append(int(sample_token(logits, tf.constant([seed, done]), **options)))
        if limited and len(row) - begin > CONTEXT:
            begin = len(row) - CONTEXT // 2
    return row[len(prompt) :]


OPTIONS = [
    {"temperature": 1.0, "top_k": 0, "top_p": 1.0},
    {"temperature": 0.7, "top_k": 4, "top_p": 1.0},
    {"temperature": 1.3, "top_k": 0, "top_p": 0.8},
    {"temperature": 0.0, "top_k": 0, "top_p": 1.0},
]


def columns(lengths: list[int]) -> dict[str, np.ndarray]:
    """Options of a batch, a row for each of `OPTIONS`."""
    chosen = [
        {"length": length, **options, "seed": seed}
        for seed, (length, options) in enumerate(zip(lengths, OPTIONS, strict=True))
    ]
    return {name: np.array([row[name] for row in chosen]) for name in chosen[0]}


@pytest.mark.parametrize("prompt", [[2], [5, 4, 3], list(range(SIZE)) * 2])
def test_generation_with_a_cache_is_generation_without(
    servable: Servable, prompt: list[int]
) -> None:
    lengths = [20, 3, 0, 11]
    model = ServedModel.from_servable(servable)
    inputs = {"tokens": np.array([prompt] * 4), **columns(lengths)}
    answer = model.ask("generate_tokens", inputs)["tokens"]
    assert answer.shape == (4, 20)
    for row, (length, options) in enumerate(zip(lengths, OPTIONS, strict=True)):
        expected = slowly(servable.model, prompt, length, seed=row, **options)
        assert answer[row].tolist() == expected + [-1] * (20 - length)


def test_text_in_and_out(servable: Servable) -> None:
    model = ServedModel.from_servable(servable)
    options = columns([9, 5, 4, 6])
    tokens = np.array([ALPHABET.encode("aß🙂")] * 4)
    expected = model.ask("generate_tokens", {"tokens": tokens, **options})["tokens"]
    # Characters that the model does not know are left out; nothing left: the first token.
    prompts = np.array(["aß🙂", "xaß?🙂", "aß".encode() + b"\xff" + "🙂".encode(), ""], object)
    texts = model.ask("generate", {"prompt": prompts, **options})["text"]
    for row in range(3):
        written = [token for token in expected[row].tolist() if token >= 0]
        assert texts[row].decode() == ALPHABET.decode(written)
    assert len(texts[3].decode()) == 6


def test_logits_are_of_the_next_token_after_the_context(servable: Servable) -> None:
    model = ServedModel.from_servable(servable)
    tokens = np.random.default_rng(0).integers(0, SIZE, (2, 2 * CONTEXT))
    logits = model.ask("serving_default", {"tokens": tokens})["logits"]
    seen = tokens[:, -CONTEXT:] if servable.model.name == "gpt" else tokens
    np.testing.assert_allclose(logits, np.asarray(servable.model(seen))[:, -1], atol=1e-5)


def test_bpe_goes_into_the_artefact_and_strings_do_not(tmp_path) -> None:
    tokenizer = BPETokenizer.train(["some words, and some more words"] * 5, 270)
    model = gpt(tokenizer.size, CONTEXT, width=16, num_layers=1, num_heads=2)
    servable = language_model(model, tokenizer, CONTEXT, ["some words"])
    assert sorted(servable.signatures) == ["generate_tokens", "serving_default"]
    report = export_saved_model(servable, tmp_path / "model")
    assert report.max_difference <= report.tolerance
    kept = report.path / "assets.extra" / "tokenizer.json"
    assert kept.read_text() == tokenizer.to_text()
    loaded = ServedModel.from_saved_model(report.path)
    assert loaded.details == {"context": CONTEXT, "tokenizer": "bpe"}
    inputs = {"tokens": np.full((4, 3), 7), **columns([9, 5, 4, 6])}
    np.testing.assert_array_equal(
        loaded.ask("generate_tokens", inputs)["tokens"],
        ServedModel.from_servable(servable).ask("generate_tokens", inputs)["tokens"],
    )


def test_sample_and_errors(servable: Servable) -> None:
    assert servable.sample["tokens"].shape == (3, SAMPLE_LENGTH)
    with pytest.raises(ValueError, match=r"Received prompts \[''\]. Expected at least one"):
        language_model(servable.model, ALPHABET, CONTEXT, [""])
    with pytest.raises(ValueError, match=r"tokenizer of 2 tokens for a model with outputs of sha"):
        language_model(servable.model, CharacterTokenizer("ab"), CONTEXT, ["a"])
