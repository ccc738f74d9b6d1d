"""The loops of `kerasdl.ops.recurrent_loop` on TensorFlow, with a gradient written by hand.

Differentiated by TensorFlow, a loop over time computes the gradient of the
recurrent kernel step by step, and keeps every intermediate tensor of every step.
Here the loop back carries only the gradient of the states; that of the kernel is
one large product after it.

Under XLA the loops are faster again, but XLA compiles anew for each shape, and a
SavedModel that asks for it is refused by a stock TensorFlow Serving. So it is
used in training inside a `tf.function` (such as the one of `fit`) for sequences
whose length is known there, and nowhere else.
"""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from kerasdl.ops.recurrent_tensorflow_cells import ACTIVATIONS, CELLS, Tensors


def run(
    cell: str,
    activations: tuple[str, ...],
    projected: Any,
    states: Tensors,
    recurrent_kernel: Any,
    recurrent_bias: Any,
    recurrent_dropout_mask: Any,
    mask: Any,
    training: bool,
) -> tuple[Any, Tensors]:
    """Runs a cell over a sequence.

    Args:
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        activations: Names of the activation and, where there are gates, of theirs.
        projected: Float tensor `(time, batch, gates * units)`.
        states: The states before the first step, tensors `(batch, units)`.
        recurrent_kernel: Float tensor `(units, gates * units)`.
        recurrent_bias: Float tensor `(gates * units,)`, or None.
        recurrent_dropout_mask: Float tensor `(gates, batch, units)`, or None. No
            gradient flows through it.
        mask: Boolean tensor `(time, batch, 1)`, or None.
        training: Whether to keep what the gradient needs; otherwise a gradient, if
            one is asked for, computes it anew.

    Returns:
        The first state after each step `(time, batch, units)`, and the last states.
    """
    if tf.executing_eagerly():
        predict, forward, backward = _functions(cell, projected.shape[-1], compiled=False)
    elif training and projected.shape[0] is not None:
        predict, forward, backward = _functions(cell, projected.shape[-1], compiled=True)
    else:
        predict, forward, backward = _predict, _forward, _backward
    constants = (mask, recurrent_dropout_mask)
    biases = () if recurrent_bias is None else (recurrent_bias,)
    count = len(states)

    @tf.custom_gradient
    def loop(*inputs: Any) -> tuple[Tensors, Callable[..., Any]]:
        # Nothing in here is to be recorded for the gradient that TensorFlow would make.
        frozen = tuple(tf.stop_gradient(tensor) for tensor in inputs)
        arguments = (cell, activations, count, frozen, constants)
        saved = forward(*arguments) if training else None
        if saved is None:
            outputs = predict(*arguments)
        else:
            histories = saved[0]
            outputs = histories[0][1:], *(history[-1] for history in histories)

        def gradient(*d_outputs: Any) -> Any:
            @tf.custom_gradient
            def first_order(*tensors: Any) -> tuple[Any, Callable[..., Any]]:
                kept = forward(*arguments) if saved is None else saved
                d_frozen = tuple(tf.stop_gradient(d) for d in tensors[len(inputs) :])
                return backward(*arguments, kept, d_frozen), lambda *dd: _second_order(
                    cell, activations, count, tensors, constants, dd
                )

            return first_order(*inputs, *d_outputs)

        return outputs, gradient

    outputs, *last = loop(projected, recurrent_kernel, *states, *biases)
    return outputs, tuple(last)


def scan(
    step: Callable[[Any, Tensors], Tensors], projected: Any, states: Tensors, mask: Any
) -> tuple[Any, Tensors]:
    """Takes one step after the other, in a loop that TensorFlow differentiates.

    `ops.scan` would do, but for the bound on the number of steps, without which XLA
    cannot compile the gradient.

    Args:
        step: `(projected input, states) -> new states`, for one point of time.
        projected: Float tensor `(time, batch, gates * units)`.
        states: The states before the first step.
        mask: Boolean tensor `(time, batch, 1)`, or None.

    Returns:
        The first state after each step `(time, batch, units)`, and the last states.
    """
    steps = _steps(projected)

    def body(t: Any, states: Tensors, outputs: Any) -> tuple[Any, Tensors, Any]:
        new = step(projected[t], states)
        if mask is not None:
            new = tuple(tf.where(mask[t], a, b) for a, b in zip(new, states, strict=True))
        return t + 1, new, outputs.write(t, new[0])

    outputs = tf.TensorArray(projected.dtype, steps, element_shape=states[0].shape)
    _, states, outputs = tf.while_loop(
        lambda t, *_: t < steps, body, (0, states, outputs), maximum_iterations=steps
    )
    return outputs.stack(), states


def _predict(
    cell: str, activations: tuple[str, ...], count: int, inputs: Tensors, constants: Tensors
) -> Tensors:
    """The loop onwards, without what a gradient needs: the outputs, and the last states.

    Each step writes its output to the place of its number and to no other: so do loops
    in ONNX and LiteRT, and only such a loop can be exported to them. The outputs begin as
    zeros because LiteRT asks a list for the shape of its elements, and takes the batch of a
    tensor, which may vary, but not that of an empty list.
    """
    projected, states = inputs[0], inputs[2 : 2 + count]
    step = _step(cell, activations, count, inputs, constants)
    steps = _steps(projected)

    def body(t: Any, states: Tensors, outputs: Any) -> tuple[Any, Tensors, Any]:
        new, _ = step(t, states)
        return t + 1, new, outputs.write(t, new[0])

    zeros = tf.zeros([steps, tf.shape(projected)[1], inputs[1].shape[0]], projected.dtype)
    outputs = _array(inputs, steps).unstack(zeros)
    _, states, outputs = tf.while_loop(
        lambda t, *_: t < steps, body, (0, states, outputs), maximum_iterations=steps
    )
    return outputs.stack(), *states


def _forward(
    cell: str, activations: tuple[str, ...], count: int, inputs: Tensors, constants: Tensors
) -> tuple[Tensors, Tensors]:
    """The loop onwards: the history of each state, from before the first step, and the gates."""
    projected, states = inputs[0], inputs[2 : 2 + count]
    step = _step(cell, activations, count, inputs, constants)
    steps = _steps(projected)

    def body(t: Any, states: Tensors, histories: Tensors, kept: Tensors) -> Tensors:
        new, gates = step(t, states)
        histories = tuple(a.write(t + 1, h) for a, h in zip(histories, new, strict=True))
        kept = tuple(a.write(t, g) for a, g in zip(kept, gates, strict=True))
        return t + 1, new, histories, kept

    histories = tuple(_array(inputs, steps + 1).write(0, state) for state in states)
    kept = tuple(_array(inputs, steps) for _ in range(CELLS[cell].kept))
    _, _, histories, kept = tf.while_loop(
        lambda t, *_: t < steps, body, (0, states, histories, kept), maximum_iterations=steps
    )
    return tuple(a.stack() for a in histories), tuple(a.stack() for a in kept)


def _array(inputs: Tensors, size: Any) -> Any:
    projected, kernel, *_ = inputs
    shape = (projected.shape[1], kernel.shape[0])
    return tf.TensorArray(projected.dtype, size, element_shape=shape)


def _step(
    cell: str, activations: tuple[str, ...], count: int, inputs: Tensors, constants: Tensors
) -> Callable[[Any, Tensors], tuple[Tensors, Tensors]]:
    """What happens at one point of time: the new states, and what the way back needs."""
    projected, kernel, *rest = inputs
    biases = rest[count:]
    mask, dropout_mask = constants
    forward = CELLS[cell].forward
    functions = [ACTIVATIONS[name].function for name in activations]
    kernels = _split(kernel, dropout_mask)

    def step(t: Any, states: Tensors) -> tuple[Tensors, Tensors]:
        recurrent = _concat([tf.matmul(h, u) for h, u in _pairs(states[0], kernels, dropout_mask)])
        if biases:
            recurrent += biases[0]
        new, gates = forward(projected[t], recurrent, states, *functions)
        if mask is not None:
            new = tuple(tf.where(mask[t], a, b) for a, b in zip(new, states, strict=True))
        return new, gates

    return step


def _backward(
    cell: str,
    activations: tuple[str, ...],
    count: int,
    inputs: Tensors,
    constants: Tensors,
    saved: tuple[Tensors, Tensors],
    d_outputs: Tensors,
) -> Tensors:
    """The loop back, and then the gradients of the weights: those of all `inputs`, in order."""
    projected, kernel, *rest = inputs
    has_bias = len(rest) > count
    mask, dropout_mask = constants
    histories, kept = saved
    d_sequence, *d_last = d_outputs
    step = CELLS[cell].backward
    functions = [ACTIVATIONS[name] for name in activations]
    steps = _steps(projected)
    transposed = [tf.transpose(u) for u in _split(kernel, dropout_mask)]

    def body(t: Any, d_states: Tensors, arrays: Tensors) -> Tensors:
        d_states = (d_states[0] + d_sequence[t], *d_states[1:])
        before = tuple(history[t] for history in histories)
        after = tuple(history[t + 1] for history in histories)
        gates = tuple(gate[t] for gate in kept)
        d_products, d_before = step(gates, before, after, d_states, *functions)
        if mask is not None:
            d_products = [tf.where(mask[t], d, tf.zeros_like(d)) for d in d_products]
        d_h = _through_kernel(d_products[-1], transposed, dropout_mask)
        d_before = (d_h if d_before[0] is None else d_before[0] + d_h, *d_before[1:])
        if mask is not None:
            d_before = tuple(
                tf.where(mask[t], a, b) for a, b in zip(d_before, d_states, strict=True)
            )
        arrays = tuple(a.write(t, d) for a, d in zip(arrays, d_products, strict=True))
        return t - 1, d_before, arrays

    arrays = tuple(
        tf.TensorArray(projected.dtype, steps, element_shape=projected.shape[1:])
        for _ in range(CELLS[cell].products)
    )
    _, d_states, arrays = tf.while_loop(
        lambda t, *_: t >= 0,
        body,
        (steps - 1, tuple(d_last), arrays),
        maximum_iterations=steps,
    )
    d_products = [a.stack() for a in arrays]
    d_recurrent = _rows(d_products[-1])
    gates = 1 if dropout_mask is None else dropout_mask.shape[0]
    d_kernel = _concat(
        [
            tf.matmul(_rows(h), d, transpose_a=True)
            for (h, d) in _pairs(
                histories[0][:-1], tf.split(d_recurrent, gates, axis=-1), dropout_mask
            )
        ]
    )
    d_bias = (tf.reduce_sum(d_recurrent, axis=0),) if has_bias else ()
    return (d_products[0], d_kernel, *d_states, *d_bias)


def _second_order(
    cell: str,
    activations: tuple[str, ...],
    count: int,
    tensors: Tensors,
    constants: Tensors,
    dd: Tensors,
) -> Any:
    """The gradient of the gradient, which is rare enough to be left to TensorFlow."""
    inputs, d_outputs = tensors[: -(count + 1)], tensors[-(count + 1) :]
    with tf.GradientTape() as outer:
        outer.watch(tensors)
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            outputs = _predict(cell, activations, count, inputs, constants)
        first = inner.gradient(outputs, inputs, d_outputs, unconnected_gradients="zero")
    return outer.gradient(first, tensors, dd, unconnected_gradients="zero")


def _steps(projected: Any) -> Any:
    return tf.shape(projected)[0] if projected.shape[0] is None else projected.shape[0]


def _rows(sequence: Any) -> Any:
    return tf.reshape(sequence, (-1, sequence.shape[-1]))


def _concat(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else tf.concat(parts, axis=-1)


def _split(kernel: Any, dropout_mask: Any) -> list[Any]:
    """The kernel of each gate where each sees another part of the state, or the one of all."""
    if dropout_mask is None:
        return [kernel]
    return tf.split(kernel, dropout_mask.shape[0], axis=-1)


def _pairs(states: Any, others: list[Any], dropout_mask: Any) -> list[tuple[Any, Any]]:
    if dropout_mask is None:
        return [(states, others[0])]
    return [(states * dropout_mask[k], other) for k, other in enumerate(others)]


def _through_kernel(d_product: Any, transposed: list[Any], dropout_mask: Any) -> Any:
    """The gradient of the state on its way through the product with the kernel."""
    if dropout_mask is None:
        return tf.matmul(d_product, transposed[0])
    parts = tf.split(d_product, len(transposed), axis=-1)
    products = [tf.matmul(d, u) for d, u in zip(parts, transposed, strict=True)]
    return tf.add_n([d * dropout_mask[k] for k, d in enumerate(products)])


@functools.cache
def _functions(cell: str, width: int, compiled: bool) -> tuple[Callable[..., Any], ...]:
    """The loops as functions of TensorFlow's, for layers of one cell and size.

    What is traced for one size must not serve another: TensorFlow would take the size
    for one that varies, as the batch and the length do.
    """
    options = {"jit_compile": True} if compiled else {"reduce_retracing": True}
    # TensorFlow counts how often a Python function is traced, and warns: each gets its own.
    loops = (functools.partial(loop) for loop in (_predict, _forward, _backward))
    return tuple(tf.function(loop, autograph=False, **options) for loop in loops)
