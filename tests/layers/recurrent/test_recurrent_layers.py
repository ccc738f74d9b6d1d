"""The sequence layers against Keras's own, with the weights copied over."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from kerasdl import layers
from kerasdl.testing.saving import save

NAMES = ["SimpleRNN", "LSTM", "GRU"]
OPTIONS = [
    {},
    {"go_backwards": True},
    {"use_bias": False},
    {"activation": "elu"},
    {"zero_output_for_mask": True},
]
MASK = np.array([[0, 1, 1, 0, 1, 1], [1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]], bool)


def random_inputs(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def pair(name: str, inputs: Any, **arguments: Any) -> tuple[Any, Any]:
    """Keras's layer and ours, with the same weights."""
    theirs = getattr(keras.layers, name)(5, bias_initializer="normal", **arguments)
    ours = getattr(layers, name)(5, **arguments)
    for layer in (theirs, ours):
        layer.build(inputs.shape)
    ours.set_weights(theirs.get_weights())
    return theirs, ours


def assert_close(ours: Any, theirs: Any, **tolerance: float) -> None:
    for a, b in zip(tf.nest.flatten(ours), tf.nest.flatten(theirs), strict=True):
        np.testing.assert_allclose(a, b, **{"rtol": 1e-5, "atol": 1e-6, **tolerance})


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_outputs_and_states_are_those_of_keras(
    name: str, options: dict[str, Any], return_sequences: bool, masked: bool
) -> None:
    inputs = random_inputs(3, 6, 4)
    theirs, ours = pair(
        name, inputs, return_sequences=return_sequences, return_state=True, **options
    )
    states = [random_inputs(3, 5), random_inputs(3, 5) - 1][: 2 if name == "LSTM" else 1]
    arguments = {"initial_state": states, "mask": MASK if masked else None}
    assert_close(ours(inputs, **arguments), theirs(inputs, **arguments))


def test_gru_that_resets_before_the_product_is_that_of_keras() -> None:
    inputs = random_inputs(3, 6, 4)
    theirs, ours = pair("GRU", inputs, reset_after=False, return_sequences=True)
    assert_close(ours(inputs, mask=MASK), theirs(inputs, mask=MASK))


@pytest.mark.parametrize("name", NAMES)
def test_gradients_are_those_of_keras(name: str) -> None:
    inputs = tf.constant(random_inputs(3, 6, 4))
    theirs, ours = pair(name, inputs, return_sequences=True)
    slopes = []
    for layer in (theirs, ours):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss = tf.reduce_sum(tf.sin(layer(inputs, mask=MASK, training=True)))
        weights = [weight.value for weight in layer.trainable_weights]
        slopes.append(tape.gradient(loss, [inputs, *weights]))
    assert_close(slopes[1], slopes[0], atol=1e-5)


@pytest.mark.parametrize("merge_mode", ["concat", "sum", None])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_bidirectional_is_that_of_keras(
    name: str, return_sequences: bool, merge_mode: str | None
) -> None:
    inputs = random_inputs(3, 6, 4)
    both = []
    for package in (keras.layers, layers):
        inner = getattr(package, name)(
            5, return_sequences=return_sequences, return_state=True, bias_initializer="normal"
        )
        both.append(keras.layers.Bidirectional(inner, merge_mode=merge_mode))
        both[-1].build(inputs.shape)
    theirs, ours = both
    ours.set_weights(theirs.get_weights())
    assert_close(ours(inputs, mask=MASK), theirs(inputs, mask=MASK))


def test_bidirectional_survives_saving(tmp_path: Path) -> None:
    inputs = keras.Input((None, 4))
    outputs = keras.layers.Bidirectional(layers.LSTM(3, return_sequences=True))(inputs)
    model = keras.Model(inputs, outputs)
    save(model, tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = random_inputs(2, 5, 4)
    assert_close(loaded(x), model(x), rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_fully_masked_sequence_gives_zeros_and_its_initial_state(name: str) -> None:
    layer = getattr(layers, name)(5, return_sequences=True, return_state=True)
    states = [random_inputs(3, 5)] * (2 if name == "LSTM" else 1)
    output, *last = layer(random_inputs(3, 6, 4), initial_state=states, mask=MASK)
    assert np.all(output[2].numpy() == 0)
    for state, initial in zip(last, states, strict=True):
        np.testing.assert_array_equal(state[2], initial[2])
    layer.return_sequences = False
    output, *_ = layer(random_inputs(3, 6, 4), initial_state=states, mask=MASK)
    assert np.all(output[2].numpy() == 0)


def test_masks_are_merged_and_arrive_beside_an_initial_state() -> None:
    inputs = random_inputs(3, 6, 4)
    carried = np.array(inputs)
    carried[:, 2] = 0
    masked = keras.layers.Masking()(carried)
    layer = layers.GRU(5, return_sequences=True)
    both = layer(masked, initial_state=random_inputs(3, 5), mask=MASK)
    merged = MASK & (np.arange(6) != 2)
    expected = layer(carried, initial_state=random_inputs(3, 5), mask=merged)
    np.testing.assert_array_equal(both, expected)
    np.testing.assert_array_equal(both._keras_mask, merged)
    implicit = layer(masked, initial_state=[random_inputs(3, 5)])
    explicit = layer(carried, initial_state=[random_inputs(3, 5)], mask=masked._keras_mask)
    np.testing.assert_array_equal(implicit, explicit)


def test_mask_follows_the_outputs_backwards() -> None:
    inputs = random_inputs(3, 6, 4)
    layer = layers.LSTM(5, return_sequences=True, return_state=True, go_backwards=True)
    outputs, *_ = layer(inputs, mask=MASK)
    np.testing.assert_array_equal(outputs._keras_mask, MASK[:, ::-1])
    assert layers.LSTM(5)(inputs, mask=MASK).shape == (3, 5)
    assert layers.LSTM(5).compute_mask(inputs, MASK) is None


@pytest.mark.parametrize("name", NAMES)
def test_dropout_is_one_mask_for_each_sequence_and_gate(name: str) -> None:
    units, features = 8, 50
    layer = getattr(layers, name)(
        units, dropout=0.4, recurrent_dropout=0.25, seed=3, activation="linear"
    )
    inputs = np.ones((20, 4, features), "float32")
    layer.build(inputs.shape)
    drawn = layer.cell.draw_dropout_mask(inputs).numpy()
    assert drawn.shape == (layer.cell.gates, 20, features)
    np.testing.assert_allclose(np.unique(drawn), [0, 1 / 0.6], rtol=1e-6)
    # Five standard deviations of a mean of Bernoulli variables.
    assert abs(np.mean(drawn == 0) - 0.4) < 5 * np.sqrt(0.24 / drawn.size)
    for gate in range(1, layer.cell.gates):
        assert np.any(drawn[gate] != drawn[0])
    recurrent = layer.cell.draw_recurrent_dropout_mask(inputs).numpy()
    assert recurrent.shape == (layer.cell.gates, 20, units)
    assert abs(np.mean(recurrent == 0) - 0.25) < 5 * np.sqrt(0.19 / recurrent.size)


def test_dropout_is_constant_over_time() -> None:
    # Without a recurrent kernel the output at each step is what the mask lets through.
    layer = layers.SimpleRNN(
        1,
        activation="linear",
        use_bias=False,
        kernel_initializer="ones",
        recurrent_initializer="zeros",
        dropout=0.5,
        return_sequences=True,
        seed=2,
    )
    inputs = np.ones((4, 6, 16), "float32")
    outputs = layer(inputs, training=True).numpy()[..., 0]
    np.testing.assert_array_equal(outputs, np.repeat(outputs[:, :1], 6, axis=1))
    assert len(np.unique(outputs)) > 1
    again = layer(inputs, training=True).numpy()[..., 0]
    assert np.any(again != outputs)
    np.testing.assert_array_equal(layer(inputs).numpy(), np.full((4, 6, 1), 16.0))


@pytest.mark.parametrize("name", NAMES)
def test_training_in_fit_lowers_the_loss(name: str) -> None:
    keras.utils.set_random_seed(1)
    inputs = random_inputs(32, 6, 4)
    targets = inputs[:, :, 0].sum(axis=1)
    model = keras.Sequential(
        [
            keras.Input((6, 4)),
            getattr(layers, name)(8, dropout=0.1, recurrent_dropout=0.1),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse")
    history = model.fit(inputs, targets, epochs=25, batch_size=32, verbose=0)
    assert history.history["loss"][-1] < 0.5 * history.history["loss"][0]


@pytest.mark.parametrize("name", NAMES)
def test_half_precision_stays_close_to_float32(name: str) -> None:
    inputs = random_inputs(3, 6, 4)
    single = getattr(layers, name)(5, return_sequences=True, layer_norm=True)
    half = getattr(layers, name)(5, return_sequences=True, layer_norm=True, dtype="mixed_bfloat16")
    for layer in (single, half):
        layer.build(inputs.shape)
    half.set_weights(single.get_weights())
    output = half(inputs)
    assert output.dtype == tf.bfloat16
    assert half.cell.dtype_policy.name == "mixed_bfloat16"
    assert_close(tf.cast(output, "float32"), single(inputs), rtol=0, atol=0.05)


def test_exported_model_does_without_xla(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((6, 4), batch_size=2), layers.LSTM(3)])
    x = random_inputs(2, 6, 4)
    model.export(tmp_path / "model", verbose=False)
    saved = saved_model_pb2.SavedModel.FromString(
        (tmp_path / "model" / "saved_model.pb").read_bytes()
    )
    functions = saved.meta_graphs[0].graph_def.library.function
    assert functions
    assert not any(function.attr["_XlaMustCompile"].b for function in functions)
    loaded = tf.saved_model.load(tmp_path / "model")
    assert_close(loaded.serve(x), model(x))


def test_config_holds_what_the_cell_was_given() -> None:
    layer = layers.GRU(3, recurrent_dropout=0.2, reset_after=False, kernel_regularizer="l2")
    config = layer.get_config()
    assert config["recurrent_dropout"] == layer.recurrent_dropout == 0.2
    assert config["reset_after"] is layer.reset_after is False
    assert "cell" not in config
    other = layers.GRU.from_config(config)
    assert other.get_config() == config
    assert isinstance(other.kernel_regularizer, keras.regularizers.L2)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_out_of_range_are_refused(name: str) -> None:
    make = getattr(layers, name)
    for units in (0, -1, 2.5, True):
        with pytest.raises(ValueError, match=rf"units={units!r}.*integer of at least 1"):
            make(units)
    for rate in (-0.1, 1.0, 1.5, "much"):
        with pytest.raises(ValueError, match=rf"Received dropout={rate!r}.*\[0, 1\)"):
            make(3, dropout=rate)
        with pytest.raises(ValueError, match=rf"^Received recurrent_dropout={rate!r}"):
            make(3, recurrent_dropout=rate)


def test_layer_norm_without_reset_after_is_refused() -> None:
    with pytest.raises(ValueError, match="layer_norm=True, reset_after=False"):
        layers.GRU(3, layer_norm=True, reset_after=False)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_that_do_not_fit_are_refused(name: str) -> None:
    make = getattr(layers, name)
    inputs = random_inputs(3, 6, 4)
    with pytest.raises(ValueError, match=r"\(batch, time, features\).*shape \(3, 4\)"):
        make(5)(inputs[:, 0])
    with pytest.raises(ValueError, match=r"time axis is empty.*\(3, 0, 4\)"):
        make(5)(inputs[:, :0])
    with pytest.raises(ValueError, match=r"features.*must be known.*\(None, None\)"):
        make(5)(keras.Input((None, None)))
    with pytest.raises(ValueError, match=r"mask.*= \(3, 6\).*\(3, 5\)"):
        make(5)(inputs, mask=MASK[:, :5])
    count = 2 if name == "LSTM" else 1
    with pytest.raises(ValueError, match=rf"hold {count} tensor.*\(3, 5\).*Received: 3"):
        make(5)(inputs, initial_state=[inputs[:, 0]] * 3)
    layer = make(5)
    layer(inputs)
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 4"):
        layer(inputs[..., :3])
    with pytest.raises(ValueError, match=r"time axis is empty"):
        layer(inputs[:, :0])
