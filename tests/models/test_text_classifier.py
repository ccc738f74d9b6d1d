"""Classifiers of texts: padding counts for nothing, order does, and any length goes."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from kerasdl.models import text_classifier_lstm, text_classifier_transformer

SIZE, CLASSES = 12, 3
TOKENS = np.array([[5, 4, 3, 7, 9], [7, 6, 0, 0, 0]], np.int32)
MAKERS = {"lstm": text_classifier_lstm, "transformer": text_classifier_transformer}


def make(kind: str, **arguments: Any) -> keras.Model:
    keras.utils.set_random_seed(1)
    heads = {"num_heads": 2} if kind == "transformer" else {}
    return MAKERS[kind](SIZE, CLASSES, width=8, seed=1, **heads, **arguments)


@pytest.fixture(params=MAKERS, scope="module")
def model(request: pytest.FixtureRequest) -> keras.Model:
    return make(request.param, num_layers=2)


def logits(model: keras.Model, tokens: Any) -> np.ndarray:
    return np.asarray(model(np.asarray(tokens, np.int32), training=False))


def test_padding_does_not_matter(model: keras.Model) -> None:
    expected = logits(model, TOKENS)
    assert (expected.shape, expected.dtype) == ((2, CLASSES), np.float32)
    np.testing.assert_allclose(logits(model, np.pad(TOKENS, ((0, 0), (0, 4)))), expected, atol=1e-6)
    np.testing.assert_allclose(logits(model, TOKENS[1:, :2]), expected[1:], atol=1e-6)


def test_every_token_and_their_order_matter(model: keras.Model) -> None:
    expected = logits(model, TOKENS)[0]
    for place in range(5):
        changed = TOKENS[:1].copy()
        changed[0, place] = 2
        assert np.abs(logits(model, changed)[0] - expected).max() > 1e-4
    assert np.abs(logits(model, TOKENS[:1, ::-1])[0] - expected).max() > 1e-4


def test_a_text_without_tokens_has_an_answer(model: keras.Model) -> None:
    assert np.isfinite(logits(model, np.zeros((1, 4)))).all()


def test_a_text_may_be_longer_than_those_before(model: keras.Model) -> None:
    assert logits(model, np.full((1, 300), 3)).shape == (1, CLASSES)


def test_dropout_is_for_training(model: keras.Model) -> None:
    np.testing.assert_array_equal(logits(model, TOKENS), logits(model, TOKENS))
    noisy = [np.asarray(model(TOKENS, training=True)) for _ in range(2)]
    assert np.abs(noisy[0] - noisy[1]).max() > 1e-4


@pytest.mark.parametrize("kind", MAKERS)
def test_learns_what_order_tells_and_survives_saving(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    # Whether token 5 comes before token 6: no bag of tokens knows it.
    tokens = np.stack([rng.permutation([5, 6, 7, 8]) for _ in range(64)]).astype(np.int32)
    labels = (tokens.argmin(axis=1) < (tokens == 6).argmax(axis=1)).astype(np.int64)
    model = make(kind, dropout_rate=0.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-2), loss, metrics=["accuracy"], jit_compile=False)
    model.fit(tokens, labels, batch_size=64, epochs=60, verbose=0)
    assert model.evaluate(tokens, labels, verbose=0, return_dict=True)["accuracy"] == 1.0
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(logits(loaded, tokens), logits(model, tokens), atol=1e-6)


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("lstm", {"vocabulary_size": 1}, "vocabulary_size and num_classes must be 2 or more"),
        ("transformer", {"num_classes": 1}, "vocabulary_size and num_classes must be 2 or more"),
        ("lstm", {"width": 7}, "width must be even, 2 or more. Received: width=7"),
        ("transformer", {"width": 12}, r"width must be a multiple of 2 \* num_heads"),
        ("lstm", {"num_layers": 0}, "num_layers"),
        ("transformer", {"num_heads": 0}, "num_heads"),
    ],
)
def test_numbers_out_of_range(kind: str, arguments: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MAKERS[kind](**{"vocabulary_size": 9, "num_classes": 2, **arguments})
