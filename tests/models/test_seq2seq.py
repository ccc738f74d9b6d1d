"""Encoder-decoders: what they see, and that they decode step by step what they are as a whole."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.models import seq2seq_lstm, seq2seq_transformer
from kerasdl.models.seq2seq_search import attention_weights, decoding, search, search_by_prefix

SIZE, START, END = 12, 1, 2
SOURCE = np.array([[5, 4, 3, 7], [7, 6, 0, 0]], np.int32)
TARGET = np.array([[1, 5, 6, 7, 8], [1, 4, 9, 4, 3]], np.int32)
SETTINGS: dict[str, Any] = {"start_token": START, "end_token": END, "max_length": 6}


def make(kind: str, seed: int = 1, **arguments: Any) -> keras.Model:
    keras.utils.set_random_seed(seed)
    if kind == "lstm":
        return seq2seq_lstm(SIZE, units=8, seed=seed, **arguments)
    arguments = {"num_layers": 1} | arguments
    return seq2seq_transformer(SIZE, 8, num_heads=2, seed=seed, **arguments)


@pytest.fixture(params=["lstm", "transformer"], scope="module")
def model(request: pytest.FixtureRequest) -> keras.Model:
    return make(request.param)


def logits(model: keras.Model, source: Any = SOURCE, target: Any = TARGET) -> np.ndarray:
    return np.asarray(model({"source": source, "target": target}, training=False))


def test_shape_and_dtype(model: keras.Model) -> None:
    assert logits(model).shape == (2, 5, SIZE)
    assert logits(model).dtype == np.float32


def test_padding_does_not_matter(model: keras.Model) -> None:
    longer = np.pad(SOURCE, ((0, 0), (0, 3)))
    np.testing.assert_allclose(logits(model, longer), logits(model), atol=1e-5)
    np.testing.assert_allclose(
        logits(model, SOURCE[1:, :2], TARGET[1:]), logits(model)[1:], atol=1e-5
    )


def test_no_output_sees_what_comes_after_it(model: keras.Model) -> None:
    other = TARGET.copy()
    other[:, 3:] = 11
    np.testing.assert_allclose(logits(model, target=other)[:, :3], logits(model)[:, :3], atol=1e-5)
    assert np.abs(logits(model, target=other)[:, 3] - logits(model)[:, 3]).max() > 1e-3


def test_order_of_the_source_matters(model: keras.Model) -> None:
    assert np.abs(logits(model, SOURCE[:, ::-1]) - logits(model)).max() > 1e-3


def test_step_by_step_is_the_whole(model: keras.Model) -> None:
    whole = logits(model)
    state, step = decoding(model, SOURCE, 5)
    for time in range(5):
        found, state = step(keras.ops.convert_to_tensor(TARGET[:, time]), state)
        np.testing.assert_allclose(found, whole[:, time], atol=1e-5)


@pytest.mark.parametrize("beam_width", [1, 3])
def test_search_with_states_is_search_with_the_whole_model(
    model: keras.Model, beam_width: int
) -> None:
    tokens, scores = search(model, SOURCE, beam_width=beam_width, **SETTINGS)
    expected, expected_scores = search_by_prefix(model, SOURCE, beam_width=beam_width, **SETTINGS)
    np.testing.assert_array_equal(tokens, expected)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)


def test_search_in_a_graph(model: keras.Model) -> None:
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32)], autograph=False)
    def in_a_graph(source: Any) -> Any:
        return search(model, source, beam_width=3, **SETTINGS)

    expected, _ = search(model, SOURCE, beam_width=3, **SETTINGS)
    np.testing.assert_array_equal(in_a_graph(SOURCE)[0], expected)


def test_attention_sums_to_one_and_is_zero_on_padding(model: keras.Model) -> None:
    weights = np.asarray(attention_weights(model, SOURCE, TARGET))
    assert weights.shape == (2, 5, 4)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-5)
    assert (weights[1, :, 2:] == 0).all()


def test_attention_of_the_transformer_is_that_of_its_last_block() -> None:
    model = make("transformer", num_layers=2)
    block = model.get_layer("decoder_1")
    block.memory_attention.set_weights(
        [np.zeros_like(weight) for weight in block.memory_attention.get_weights()]
    )
    weights = np.asarray(attention_weights(model, SOURCE, TARGET))
    np.testing.assert_allclose(weights[0], 1 / 4, atol=1e-5)
    np.testing.assert_allclose(weights[1, :, :2], 1 / 2, atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_learns_to_copy_and_survives_saving(kind: str, tmp_path: Any) -> None:
    model = make(kind, dropout_rate=0.0)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(2e-2), loss, jit_compile=False)
    labels = np.array([[5, 4, 3, 7, END], [7, 6, END, 0, 0]])
    target = np.concatenate([[[START]] * 2, labels[:, :-1]], axis=1)
    inputs = {"source": SOURCE, "target": target}
    model.fit(inputs, labels, epochs=40, verbose=0)
    tokens, _ = search(model, SOURCE, **SETTINGS)
    assert np.asarray(tokens)[0].tolist() == [5, 4, 3, 7, END, 0]
    assert np.asarray(tokens)[1, :3].tolist() == [7, 6, END]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(logits(loaded), logits(model), atol=1e-5)


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_dropout_follows_its_seed(kind: str) -> None:
    def trained(seed: int) -> np.ndarray:
        model = make(kind, dropout_rate=0.5)
        other = make(kind, seed=seed, dropout_rate=0.5)
        other.set_weights(model.get_weights())
        return np.asarray(other({"source": SOURCE, "target": TARGET}, training=True))

    np.testing.assert_array_equal(trained(3), trained(3))
    assert np.abs(trained(3) - trained(4)).max() > 1e-3


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_mixed_precision_keeps_logits_in_float32(kind: str) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make(kind)
    finally:
        keras.config.set_dtype_policy(before)
    assert model.get_layer("decoder" if kind == "lstm" else "decoder_0").compute_dtype == "bfloat16"
    assert logits(model).dtype == np.float32


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (seq2seq_lstm, {"vocabulary_size": 1}, "vocabulary_size must be 2 or more"),
        (seq2seq_transformer, {"vocabulary_size": 1}, "vocabulary_size must be 2 or more"),
        (seq2seq_lstm, {"units": 7}, "units must be even, 2 or more. Received: units=7"),
        (seq2seq_lstm, {"units": 0}, "units must be even, 2 or more. Received: units=0"),
        (seq2seq_transformer, {"num_layers": 0}, "num_layers=0. Expected an integer of at least 1"),
        (seq2seq_transformer, {"hidden_dim": 0}, "hidden_dim=0. Expected an integer of at least 1"),
        (seq2seq_transformer, {"width": 0}, "width=0. Expected an integer of at least 1"),
        (seq2seq_transformer, {"width": 12}, r"multiple of 2 \* num_heads.*width=12, num_heads=4"),
        (seq2seq_transformer, {"num_heads": 0}, "num_heads=0. Expected an integer of at least 1"),
    ],
)
def test_bad_arguments(function: Any, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        function(**{"vocabulary_size": SIZE} | arguments)
