"""The recurrent functions against NumPy loops and against finite differences."""

import itertools
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops
from kerasdl.ops.recurrent_steps import project

BATCH, TIME, FEATURES, UNITS = 3, 5, 2, 4
GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3}
CELLS = list(GATES)
PAIRS = list(itertools.product([False, True], repeat=2))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def norm(x: np.ndarray, scale: np.ndarray) -> np.ndarray:
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * scale


class Problem:
    """Weights, inputs, masks and states of one cell, all float64."""

    def __init__(self, cell: str, masked: bool = False, dropped: bool = False) -> None:
        random = np.random.default_rng(7)
        gates = GATES[cell]
        self.cell = cell
        self.inputs = random.normal(size=(BATCH, TIME, FEATURES))
        self.kernel = random.normal(size=(FEATURES, gates * UNITS))
        self.recurrent_kernel = random.normal(size=(UNITS, gates * UNITS)) * 0.5
        bias_shape = (2, gates * UNITS) if cell == "gru" else (gates * UNITS,)
        self.bias = random.normal(size=bias_shape)
        self.states = [
            random.normal(size=(BATCH, UNITS)) for _ in range(2 if cell == "lstm" else 1)
        ]
        self.mask = None
        if masked:
            self.mask = np.array([[0, 1, 1, 0, 1], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0]], bool)
        self.dropout_mask = self.recurrent_dropout_mask = None
        if dropped:
            self.dropout_mask = (random.random((gates, BATCH, FEATURES)) < 0.7) / 0.7
            self.recurrent_dropout_mask = (random.random((gates, BATCH, UNITS)) < 0.7) / 0.7

    @property
    def tensors(self) -> list[Any]:
        arrays = [self.inputs, self.kernel, self.recurrent_kernel, self.bias, *self.states]
        return [tf.constant(array) for array in arrays]

    def run(self, *tensors: Any, **options: Any) -> tuple[Any, tuple[Any, ...]]:
        inputs, kernel, recurrent_kernel, bias, *states = tensors or self.tensors
        return getattr(ops, self.cell)(
            inputs,
            kernel,
            recurrent_kernel,
            bias,
            initial_state=states,
            mask=self.mask,
            dropout_mask=self.dropout_mask,
            recurrent_dropout_mask=self.recurrent_dropout_mask,
            **options,
        )

    def gate_products(self, x: np.ndarray, kernel: np.ndarray, mask: Any) -> list[np.ndarray]:
        kernels = np.split(kernel, GATES[self.cell], axis=-1)
        return [(x if mask is None else x * mask[k]) @ w for k, w in enumerate(kernels)]

    def expected(self, go_backwards: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        """Step by step, gate by gate, example by example where there is a mask."""
        outputs, states = [], list(self.states)
        input_bias, recurrent_bias = self.bias if self.cell == "gru" else (self.bias, 0.0)
        order = range(TIME)[::-1] if go_backwards else range(TIME)
        for t in order:
            x = self.gate_products(self.inputs[:, t], self.kernel, self.dropout_mask)
            h = self.gate_products(states[0], self.recurrent_kernel, self.recurrent_dropout_mask)
            x = np.split(np.concatenate(x, -1) + input_bias, GATES[self.cell], -1)
            h = np.split(np.concatenate(h, -1) + recurrent_bias, GATES[self.cell], -1)
            if self.cell == "simple_rnn":
                new = [np.tanh(x[0] + h[0])]
            elif self.cell == "lstm":
                i, f, o = (sigmoid(x[k] + h[k]) for k in (0, 1, 3))
                c = f * states[1] + i * np.tanh(x[2] + h[2])
                new = [o * np.tanh(c), c]
            else:
                z, r = sigmoid(x[0] + h[0]), sigmoid(x[1] + h[1])
                new = [z * states[0] + (1 - z) * np.tanh(x[2] + r * h[2])]
            if self.mask is not None:
                for row in range(BATCH):
                    if not self.mask[row, t]:
                        for a, b in zip(new, states, strict=True):
                            a[row] = b[row]
            states = new
            outputs.append(states[0])
        return np.stack(outputs, axis=1), states


def loss_of(problem: Problem, tensors: Any, **options: Any) -> Any:
    """A number that depends on every output, differently on each."""
    outputs, states = problem.run(*tensors, **options)
    random = np.random.default_rng(1)
    return sum(
        tf.reduce_sum(tf.sin(part) * random.normal(size=part.shape)) for part in (outputs, *states)
    )


def gradients(problem: Problem, **options: Any) -> list[Any]:
    tensors = problem.tensors
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        loss = loss_of(problem, tensors, **options)
    return tape.gradient(loss, tensors)


def second_gradients(problem: Problem, **options: Any) -> list[Any]:
    """The gradient of the gradient's squared length."""
    tensors = problem.tensors
    with tf.GradientTape() as outer:
        outer.watch(tensors)
        with tf.GradientTape() as inner:
            inner.watch(tensors)
            loss = loss_of(problem, tensors, **options)
        slopes = inner.gradient(loss, tensors)
        length = tf.add_n([tf.reduce_sum(slope * slope) for slope in slopes])
    return outer.gradient(length, tensors)


# The same function, but not by a name that the hand-written gradient knows.
def unknown_tanh(x: Any) -> Any:
    return tf.tanh(x)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize(("masked", "dropped"), PAIRS)
@pytest.mark.parametrize("cell", CELLS)
def test_values_are_those_of_a_loop_in_numpy(
    cell: str, masked: bool, dropped: bool, go_backwards: bool, training: bool
) -> None:
    problem = Problem(cell, masked, dropped)
    outputs, states = problem.run(go_backwards=go_backwards, training=training)
    expected, last = problem.expected(go_backwards)
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    for state, value in zip(states, last, strict=True):
        np.testing.assert_allclose(state, value, atol=1e-12)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("masked", "dropped"), PAIRS)
@pytest.mark.parametrize("cell", CELLS)
def test_hand_written_gradient_is_that_of_the_plain_loop(
    cell: str, masked: bool, dropped: bool, training: bool
) -> None:
    problem = Problem(cell, masked, dropped)
    by_hand = gradients(problem, training=training)
    by_tensorflow = gradients(problem, activation=unknown_tanh)
    for ours, theirs in zip(by_hand, by_tensorflow, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-10)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_gradient_can_be_differentiated_again(cell: str, training: bool) -> None:
    problem = Problem(cell, masked=True, dropped=True)
    by_hand = second_gradients(problem, training=training)
    by_tensorflow = second_gradients(problem, activation=unknown_tanh)
    for ours, theirs in zip(by_hand, by_tensorflow, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear", "softsign"])
@pytest.mark.parametrize("cell", CELLS)
def test_gradient_equals_central_differences(cell: str, activation: str) -> None:
    problem = Problem(cell, masked=True, dropped=True)
    options: dict[str, Any] = {"activation": activation, "training": True}
    if cell != "simple_rnn":
        options["recurrent_activation"] = "sigmoid"
    tensors = problem.tensors
    slopes = gradients(problem, **options)
    random = np.random.default_rng(3)
    for index, slope in enumerate(slopes):
        direction = random.normal(size=slope.shape)
        step = 1e-6
        ends = []
        for sign in (1, -1):
            moved = list(tensors)
            moved[index] = tensors[index] + sign * step * direction
            ends.append(float(loss_of(problem, moved, **options)))
        numeric = (ends[0] - ends[1]) / (2 * step)
        np.testing.assert_allclose(np.sum(slope * direction), numeric, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("activation", ["tanh", "softsign"])
@pytest.mark.parametrize("cell", CELLS)
def test_masked_steps_have_no_influence(cell: str, activation: str, training: bool) -> None:
    problem = Problem(cell, masked=True, dropped=True)
    options = {"activation": activation, "training": training}
    clean = problem.run(**options), gradients(problem, **options)
    problem.inputs = np.where(problem.mask[..., None], problem.inputs, np.nan)
    problem.inputs[0, 0] = np.inf
    dirty = problem.run(**options), gradients(problem, **options)
    for ours, theirs in zip(tf.nest.flatten(dirty), tf.nest.flatten(clean), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert np.all(dirty[1][0].numpy()[~problem.mask] == 0)


@pytest.mark.parametrize("cell", CELLS)
def test_fully_masked_sequence_keeps_its_initial_state(cell: str) -> None:
    problem = Problem(cell, masked=True)
    _, states = problem.run()
    for state, initial in zip(states, problem.states, strict=True):
        np.testing.assert_array_equal(state[2], initial[2])


@pytest.mark.parametrize("cell", CELLS)
def test_initial_state_defaults_to_zeros(cell: str) -> None:
    problem = Problem(cell)
    problem.states = [np.zeros_like(state) for state in problem.states]
    inputs, kernel, recurrent_kernel, bias, *_ = problem.tensors
    outputs, _ = getattr(ops, cell)(inputs, kernel, recurrent_kernel, bias)
    np.testing.assert_allclose(outputs, problem.expected()[0], atol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
def test_gru_resets_before_the_product(masked: bool) -> None:
    problem = Problem("gru", masked)
    bias = problem.bias[0]
    inputs, kernel, recurrent_kernel, _, *states = problem.tensors
    outputs, _ = problem.run(
        inputs, kernel, recurrent_kernel, tf.constant(bias), *states, reset_after=False
    )
    h = problem.states[0]
    w, u = problem.kernel, problem.recurrent_kernel
    for t in range(TIME):
        x = np.split(problem.inputs[:, t] @ w + bias, 3, -1)
        z = sigmoid(x[0] + h @ u[:, :UNITS])
        r = sigmoid(x[1] + h @ u[:, UNITS : 2 * UNITS])
        new = z * h + (1 - z) * np.tanh(x[2] + (r * h) @ u[:, 2 * UNITS :])
        h = new if problem.mask is None else np.where(problem.mask[:, t, None], new, h)
        np.testing.assert_allclose(outputs[:, t], h, atol=1e-12)


def test_layer_normalised_lstm_is_that_of_the_paper() -> None:
    problem = Problem("lstm")
    random = np.random.default_rng(5)
    kernel_scale, recurrent_scale = random.normal(size=(2, 4 * UNITS))
    state_scale, state_offset = random.normal(size=(2, UNITS))
    outputs, _ = problem.run(layer_norm=(kernel_scale, recurrent_scale, state_scale, state_offset))
    h, c = problem.states
    for t in range(TIME):
        x = norm(problem.inputs[:, t] @ problem.kernel, kernel_scale)
        i, f, g, o = np.split(
            x + norm(h @ problem.recurrent_kernel, recurrent_scale) + problem.bias, 4, -1
        )
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(norm(c, state_scale) + state_offset)
        np.testing.assert_allclose(outputs[:, t], h, atol=1e-12)


def test_layer_normalised_gru_and_simple_rnn() -> None:
    random = np.random.default_rng(5)
    problem = Problem("gru")
    scales = random.normal(size=(2, 3 * UNITS))
    outputs, _ = problem.run(layer_norm=tuple(scales))
    h = problem.states[0]
    for t in range(TIME):
        x = norm(problem.inputs[:, t] @ problem.kernel, scales[0]) + problem.bias[0]
        u = norm(h @ problem.recurrent_kernel, scales[1]) + problem.bias[1]
        (x_z, x_r, x_g), (u_z, u_r, u_g) = np.split(x, 3, -1), np.split(u, 3, -1)
        z = sigmoid(x_z + u_z)
        h = z * h + (1 - z) * np.tanh(x_g + sigmoid(x_r + u_r) * u_g)
        np.testing.assert_allclose(outputs[:, t], h, atol=1e-12)

    problem = Problem("simple_rnn")
    scales = random.normal(size=(2, UNITS))
    outputs, _ = problem.run(layer_norm=tuple(scales))
    x = norm(problem.inputs[:, 0] @ problem.kernel, scales[0])
    u = norm(problem.states[0] @ problem.recurrent_kernel, scales[1])
    np.testing.assert_allclose(outputs[:, 0], np.tanh(x + u + problem.bias), atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("reset_after", [True, False])
def test_gradient_of_the_plain_loop_compiles_with_xla(cell: str, reset_after: bool) -> None:
    problem = Problem(cell, masked=True)
    options: dict[str, Any] = {"activation": unknown_tanh}
    tensors = problem.tensors
    if not reset_after:
        problem, options = Problem("gru", masked=True), {"reset_after": False}
        tensors = problem.tensors
        tensors[3] = tensors[3][0]

    def slopes() -> Any:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            loss = loss_of(problem, tensors, **options)
        return tape.gradient(loss, tensors)

    compiled = tf.function(slopes, jit_compile=True, autograph=False)()
    for ours, theirs in zip(compiled, slopes(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


def test_projection_gives_each_gate_its_own_view_of_the_inputs() -> None:
    kernel = np.array([[1.0, 10.0], [2.0, 20.0]])
    masks = np.array([[[0.0, 1.0]], [[2.0, 0.0]]])
    product = project(np.ones((3, 1, 2)), kernel, bias=np.array([0.5, 0.0]), dropout_mask=masks)
    np.testing.assert_array_equal(product, np.tile([[[2.5, 20.0]]], (3, 1, 1)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": np.ones((3, 2))}, r"sequences of shape \(batch, time, features\).*\(3, 2\)"),
        ({"inputs": np.ones((3, 0, 2))}, r"time axis is empty.*\(3, 0, 2\)"),
        ({"mask": np.ones((3, 4), bool)}, r"\(batch, time\) = \(3, 5\).*\(3, 4\)"),
        ({"mask": np.ones((3, 5, 1), bool)}, r"a mask of shape \(3, 5, 1\)"),
        ({"initial_state": [np.ones((3, 4))]}, r"must hold 2 tensor.*Received: 1"),
        ({"initial_state": [np.ones((3, 4)), np.ones((3, 5))]}, r"\(3, 4\).*\(3, 5\)"),
        ({"initial_state": [np.ones((2, 4))] * 2}, r"= \(3, 4\).*\(2, 4\)"),
        ({"initial_state": [np.ones(4)] * 2}, r"= \(3, 4\).*\(4,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(change: dict[str, Any], message: str) -> None:
    arguments = {
        "inputs": np.ones((3, 5, 2)),
        "kernel": np.ones((2, 16)),
        "recurrent_kernel": np.ones((4, 16)),
    }
    with pytest.raises(ValueError, match=message):
        ops.lstm(**{**arguments, **change})


def test_layer_normalised_gru_needs_reset_after() -> None:
    problem = Problem("gru")
    with pytest.raises(ValueError, match=r"Received: layer_norm=True, reset_after=False"):
        problem.run(layer_norm=(np.ones(12), np.ones(12)), reset_after=False)


def test_activations_are_keras_activations() -> None:
    problem = Problem("gru")
    named, _ = problem.run(activation="elu", recurrent_activation="hard_sigmoid")
    given, _ = problem.run(
        activation=keras.activations.elu, recurrent_activation=keras.activations.hard_sigmoid
    )
    np.testing.assert_array_equal(named, given)
