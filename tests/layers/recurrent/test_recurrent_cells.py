"""The cells, alone and in Keras's own RNN layers."""

from typing import Any

import keras
import numpy as np
import pytest

from kerasdl import layers

NAMES = ["SimpleRNN", "LSTM", "GRU"]
MASK = np.array([[0, 1, 1, 0, 1, 1], [1, 1, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]], bool)


def random_inputs(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def cell_of(name: str, *arguments: Any, **options: Any) -> Any:
    return getattr(layers, f"{name}Cell")(*arguments, **options)


@pytest.mark.parametrize("name", NAMES)
def test_step_is_that_of_keras(name: str) -> None:
    theirs = getattr(keras.layers, f"{name}Cell")(5, bias_initializer="normal")
    ours = cell_of(name, 5)
    for cell in (theirs, ours):
        cell.build((None, 4))
    ours.set_weights(theirs.get_weights())
    assert ours.state_size == theirs.state_size
    assert ours.output_size == theirs.output_size
    states = [random_inputs(3, 5), random_inputs(3, 5) - 1][: 2 if name == "LSTM" else 1]
    a, a_states = ours(random_inputs(3, 4), states)
    b, b_states = theirs(random_inputs(3, 4), states)
    for x, y in zip([a, *a_states], [b, *b_states], strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


@pytest.mark.parametrize("options", [{}, {"layer_norm": True}, {"activation": "elu"}], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_cell_in_keras_rnn_is_our_layer(name: str, options: dict[str, Any]) -> None:
    inputs = random_inputs(3, 6, 4)
    layer = getattr(layers, name)(5, return_sequences=True, return_state=True, **options)
    rnn = keras.layers.RNN(cell_of(name, 5, **options), return_sequences=True, return_state=True)
    expected = rnn(inputs, mask=MASK)
    layer.build(inputs.shape)
    layer.set_weights(rnn.get_weights())
    for x, y in zip(layer(inputs, mask=MASK), expected, strict=True):
        np.testing.assert_allclose(x, y, atol=1e-6)


def test_cells_can_be_stacked_and_run_both_ways() -> None:
    inputs = random_inputs(3, 6, 4)
    cells = [layers.LSTMCell(5), layers.GRUCell(4), layers.SimpleRNNCell(3)]
    rnn = keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True)
    step_by_step = rnn(inputs)
    stacked = inputs
    for cell, name in zip(cells, ("LSTM", "GRU", "SimpleRNN"), strict=True):
        layer = getattr(layers, name)(cell.units, return_sequences=True)
        layer.build(stacked.shape)
        layer.set_weights(cell.get_weights())
        stacked = layer(stacked)
    np.testing.assert_allclose(step_by_step, stacked, atol=1e-6)
    both = keras.layers.Bidirectional(keras.layers.RNN(layers.GRUCell(5)))
    assert both(inputs).shape == (3, 10)


@pytest.mark.parametrize("name", NAMES)
def test_keras_rnn_keeps_a_dropout_mask_over_the_sequence(name: str) -> None:
    # The inputs are equal at all steps, so their product with the kernel is, if the mask is.
    cell = cell_of(name, 1, use_bias=False, dropout=0.5, seed=2, kernel_initializer="ones")
    inputs = np.ones((4, 6, 16), "float32")
    rnn = keras.layers.RNN(cell, return_sequences=True, unroll=True)
    rnn.build(inputs.shape)
    seen = []
    step = cell.step

    def spy(projected: Any, *arguments: Any) -> Any:
        seen.append(projected)
        return step(projected, *arguments)

    cell.step = spy
    rnn(inputs, training=True)
    assert len(seen) == 6
    for projected in seen[1:]:
        np.testing.assert_array_equal(projected, seen[0])
    first = np.array(seen[0])
    seen.clear()
    rnn(inputs, training=True)
    assert np.any(np.array(seen[0]) != first)
    seen.clear()
    rnn(inputs, training=False)
    np.testing.assert_array_equal(seen[0], np.full((4, cell.gates), 16.0))


def test_states_come_back_as_they_were_given() -> None:
    cell = layers.GRUCell(5)
    state = random_inputs(3, 5)
    output, alone = cell(random_inputs(3, 4), state)
    _, [in_a_list] = cell(random_inputs(3, 4), [state])
    np.testing.assert_array_equal(alone, in_a_list)
    np.testing.assert_array_equal(output, alone)
    assert [s.shape for s in layers.LSTMCell(5).get_initial_state(3)] == [(3, 5), (3, 5)]
    half = layers.LSTMCell(5, dtype="mixed_float16").get_initial_state(3)
    assert {keras.backend.standardize_dtype(s.dtype) for s in half} == {"float16"}


@pytest.mark.parametrize("unit_forget_bias", [False, True])
def test_forget_gate_starts_open(unit_forget_bias: bool) -> None:
    cell = layers.LSTMCell(
        2,
        unit_forget_bias=unit_forget_bias,
        bias_initializer=keras.initializers.Constant(7.0),
    )
    cell.build((None, 3))
    start = 1.0 if unit_forget_bias else 7.0
    np.testing.assert_array_equal(cell.bias, [7, 7, start, start, 7, 7, 7, 7])


def test_normalised_cells_have_their_scales_after_the_usual_weights() -> None:
    cell = layers.LSTMCell(2, layer_norm=True)
    cell.build((None, 3))
    assert [weight.path.split("/")[-1] for weight in cell.weights] == [
        "kernel",
        "recurrent_kernel",
        "bias",
        "kernel_norm_scale",
        "recurrent_norm_scale",
        "state_norm_scale",
        "state_norm_offset",
    ]
