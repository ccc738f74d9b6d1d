"""An encoder-decoder as an artefact: tokens or strings in, the search inside."""

from pathlib import Path

import keras
import numpy as np
import pytest

from kerasdl.data import SequenceTokenizer
from kerasdl.data.bpe_tokenizer import BPETokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.exporting import ServedModel, export_saved_model, translator
from kerasdl.exporting.in_float32 import in_float32
from kerasdl.exporting.verify import least_precise_dtype
from kerasdl.models import seq2seq_lstm, seq2seq_transformer
from kerasdl.prediction import TranslatorPredictor

TOKENIZER = SequenceTokenizer(CharacterTokenizer("zabä "))
SETTINGS = {"source_length": 6, "target_length": 5, "beam_width": 2}
SAMPLES = ["ab z", "ä", "zab"]


def make(kind: str = "lstm", size: int = TOKENIZER.size) -> keras.Model:
    keras.utils.set_random_seed(3)
    if kind == "lstm":
        model = seq2seq_lstm(size, units=8, seed=1)
        model.get_layer("logits").kernel.assign(model.get_layer("logits").kernel * 8)
        return model
    return seq2seq_transformer(size, 8, num_layers=1, num_heads=2, seed=1)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_strings_are_translated_in_the_graph_as_in_python(kind: str) -> None:
    model = ServedModel.from_servable(translator(make(kind), TOKENIZER, SAMPLES, **SETTINGS))
    # One that fits, one that is too long, one of which two characters are unknown, an empty one.
    texts = ["a", "ab z ä", "z€z日", ""]
    expected, scores = TranslatorPredictor(model).translate(texts, batch_size=3)
    answers = model.ask("translate", {"text": texts})
    assert [text.decode() for text in answers["translation"]] == expected
    np.testing.assert_allclose(answers["score"], scores, atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_tokens_are_those_of_the_whole_model(kind: str) -> None:
    servable = translator(make(kind), TOKENIZER, SAMPLES, **SETTINGS)
    answers = ServedModel.from_servable(servable).ask("serving_default", servable.sample)
    reference = servable.reference(servable.sample)
    np.testing.assert_array_equal(answers["tokens"], reference["tokens"])
    np.testing.assert_allclose(answers["score"], reference["score"], atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_strings_are_checked_with_the_samples_themselves(kind: str) -> None:
    """Whatever is in them: characters that training never had, more than the model has seen."""
    samples = ["a€b", "z€ ab zab", ""]
    servable = translator(make(kind), TOKENIZER, samples, **SETTINGS)
    assert servable.sample["source"].tolist() == [
        [5, 3, 6, 2, 0, 0],
        [4, 3, 8, 5, 6, 8],
        [2, 0, 0, 0, 0, 0],
    ]
    signature = servable.signatures["translate"]
    request = signature.request(servable.sample)
    assert [text.decode() for text in request["text"]] == samples
    first = {name: values[:1] for name, values in servable.sample.items()}
    assert [text.decode() for text in signature.request(first)["text"]] == samples[:1]
    expected = signature.reference(request)
    answers = ServedModel.from_servable(servable).ask("translate", request)
    assert answers["translation"].tolist() == expected["translation"].tolist()
    np.testing.assert_allclose(answers["score"], expected["score"], atol=1e-5)
    np.testing.assert_allclose(
        expected["score"], servable.reference(servable.sample)["score"], atol=1e-5
    )


def test_export_with_a_sample_of_unknown_characters(tmp_path: Path) -> None:
    servable = translator(make("transformer"), TOKENIZER, ["aé", "b", "z a"], **SETTINGS)
    report = export_saved_model(servable, tmp_path / "model")
    assert report.max_difference <= report.tolerance
    answers = ServedModel.from_saved_model(report.path).ask("translate", {"text": ["aé"]})
    expected = servable.reference({"source": np.array([[5, 3, 2]])})
    np.testing.assert_allclose(answers["score"], expected["score"], atol=1e-5)


def test_parts_of_words_have_no_string_signature() -> None:
    tokenizer = SequenceTokenizer(BPETokenizer.train(["ein Mann"] * 9, 260))
    servable = translator(make(size=tokenizer.size), tokenizer, ["ein"], **SETTINGS)
    assert set(servable.signatures) == {"serving_default"}
    assert set(servable.files) == {"tokenizer.json"}
    assert len(servable.sample["source"]) == 3


def test_half_precision_is_served_in_float32() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make()
        served = in_float32(model)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy(before)
    assert {layer.compute_dtype for layer in served.layers} == {"float32"}
    assert {layer.compute_dtype for layer in model.layers} != {"float32"}
    for one, other in zip(served.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert in_float32(served) is served
    servable = translator(model, TOKENIZER, SAMPLES, **SETTINGS)
    assert least_precise_dtype(servable) == "float32"


def test_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="tokenizer of 9 tokens for a model of 20"):
        translator(make(size=20), TOKENIZER, SAMPLES, **SETTINGS)
    with pytest.raises(ValueError, match="Received no sample"):
        translator(make(), TOKENIZER, [], **SETTINGS)
