"""What recurrent cells compute between the matrix products, and its derivatives by hand."""

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

Tensors = tuple[Any, ...]


class Activation(NamedTuple):
    """An activation whose derivative follows from its value."""

    function: Callable[[Any], Any]
    derivative: Callable[[Any], Any]


ACTIVATIONS = {
    "tanh": Activation(tf.tanh, lambda y: 1 - y * y),
    "sigmoid": Activation(tf.sigmoid, lambda y: y * (1 - y)),
    "relu": Activation(tf.nn.relu, lambda y: tf.cast(y > 0, y.dtype)),
    "linear": Activation(tf.identity, tf.ones_like),
}
_NAMES = {keras.activations.get(name): name for name in ACTIVATIONS}


def activation_names(options: dict[str, Any]) -> tuple[str, ...] | None:
    """Names of a cell's activations, or None if the derivative of one is not known here."""
    keys = ("activation", "recurrent_activation")
    names = tuple(_NAMES.get(options[key], "") for key in keys if key in options)
    return names if all(names) else None


class Cell(NamedTuple):
    """What a cell does between the matrix products, forwards and backwards.

    `forward` takes the two products and the states, and returns the new states and
    what `backward` needs besides, `kept` tensors. `backward` returns the gradients
    of the products, one tensor where they are equal (`products` of them, that of
    the state's product last), and of the previous states on the ways that do not
    lead through a product, None for no such way.
    """

    forward: Callable[..., tuple[Tensors, Tensors]]
    backward: Callable[..., tuple[list[Any], Tensors]]
    kept: int
    products: int


def _simple_rnn_forward(x: Any, u: Any, states: Tensors, act: Any) -> tuple[Tensors, Tensors]:
    return (act(x + u),), ()


def _simple_rnn_backward(
    kept: Tensors, before: Tensors, after: Tensors, d_states: Tensors, act: Activation
) -> tuple[list[Any], Tensors]:
    return [d_states[0] * act.derivative(after[0])], (None,)


def _lstm_forward(x: Any, u: Any, states: Tensors, act: Any, gate: Any) -> tuple[Tensors, Tensors]:
    i, f, g, o = _lstm_gates(x + u, act, gate)
    c = f * states[1] + i * g
    return (o * act(c), c), (i, f, g, o)


def _lstm_gates(z: Any, act: Any, gate: Any) -> Tensors:
    if act is not tf.tanh or gate is not tf.sigmoid or z.dtype not in (tf.float32, tf.float64):
        i, f, g, o = tf.split(z, 4, axis=-1)
        return gate(i), gate(f), act(g), gate(o)
    # sigmoid(z) is (1 + tanh(z / 2)) / 2. XLA computes a function of all gates once, but
    # one of each gate anew wherever the gate is used. In 16 bits it would round a gate
    # that is nearly closed to one that is.
    scale = np.repeat([0.5, 0.5, 1.0, 0.5], z.shape[-1] // 4)
    i, f, g, o = tf.split(tf.tanh(z * tf.constant(scale, z.dtype)), 4, axis=-1)
    return 0.5 * i + 0.5, 0.5 * f + 0.5, g, 0.5 * o + 0.5


def _lstm_backward(
    kept: Tensors,
    before: Tensors,
    after: Tensors,
    d_states: Tensors,
    act: Activation,
    gate: Activation,
) -> tuple[list[Any], Tensors]:
    (i, f, g, o), (d_h, d_c) = kept, d_states
    shown = act.function(after[1])
    d_c = d_c + d_h * o * act.derivative(shown)
    d_i = d_c * g * gate.derivative(i)
    d_f = d_c * before[1] * gate.derivative(f)
    d_g = d_c * i * act.derivative(g)
    d_o = d_h * shown * gate.derivative(o)
    return [tf.concat([d_i, d_f, d_g, d_o], axis=-1)], (None, d_c * f)


def _gru_forward(x: Any, u: Any, states: Tensors, act: Any, gate: Any) -> tuple[Tensors, Tensors]:
    (x_z, x_r, x_g), (u_z, u_r, u_g) = tf.split(x, 3, axis=-1), tf.split(u, 3, axis=-1)
    z, r = gate(x_z + u_z), gate(x_r + u_r)
    g = act(x_g + r * u_g)
    return (z * states[0] + (1 - z) * g,), (z, r, g, u_g)


def _gru_backward(
    kept: Tensors,
    before: Tensors,
    after: Tensors,
    d_states: Tensors,
    act: Activation,
    gate: Activation,
) -> tuple[list[Any], Tensors]:
    (z, r, g, u_g), (d_h,) = kept, d_states
    d_z = d_h * (before[0] - g) * gate.derivative(z)
    d_g = d_h * (1 - z) * act.derivative(g)
    d_r = d_g * u_g * gate.derivative(r)
    d_inputs = tf.concat([d_z, d_r, d_g], axis=-1)
    return [d_inputs, tf.concat([d_z, d_r, d_g * r], axis=-1)], (d_h * z,)


CELLS = {
    "simple_rnn": Cell(_simple_rnn_forward, _simple_rnn_backward, kept=0, products=1),
    "lstm": Cell(_lstm_forward, _lstm_backward, kept=4, products=1),
    "gru": Cell(_gru_forward, _gru_backward, kept=4, products=2),
}
