"""The loop over time that all recurrent networks have in common.

On the TensorFlow backend the loops have a hand-written gradient
(`kerasdl.ops.recurrent_tensorflow`), wherever the options allow it; elsewhere,
and for the rest of the options, they are an `ops.scan` that the backend
differentiates.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.ops.recurrent_steps import States, project


def run(
    cell: str,
    inputs: Any,
    *,
    weights: Sequence[Any],
    scales: Sequence[Any],
    step: Callable[..., States],
    options: dict[str, Any],
    initial_state: Sequence[Any] | None,
    mask: Any,
    go_backwards: bool,
    dropout_masks: Sequence[Any],
    training: bool,
) -> tuple[Any, States]:
    """Runs a cell over sequences `(batch, time, features)`.

    Args:
        cell: `"simple_rnn"`, `"lstm"` or `"gru"`.
        inputs: Float tensor `(batch, time, features)`.
        weights: Kernel, recurrent kernel, and the biases of their products, or None for these.
        scales: What normalises the two products (`project`), or None.
        step: The cell's step, and `options` its keyword arguments.
        options: See `step`.
        initial_state: The states before the first step; None for zeros.
        mask: Boolean tensor `(batch, time)`; a step that is False leaves the states as they are.
        go_backwards: Whether the last step comes first.
        dropout_masks: What each gate sees of the inputs, and of the state (`project`), or None.
        training: Whether a gradient will be asked for.

    Returns:
        The first state after each step `(batch, time, units)`, and the last states.

    Raises:
        ValueError: If inputs, mask or states have another shape.
    """
    inputs = ops.convert_to_tensor(inputs)
    check_sequences(inputs.shape)
    kernel, recurrent_kernel, bias, recurrent_bias = (_like(inputs, w) for w in weights)
    units = recurrent_kernel.shape[0]
    states = _initial_states(initial_state, inputs, units, count=2 if cell == "lstm" else 1)

    # Time goes first: each step then reads one contiguous block.
    inputs = ops.transpose(inputs, (1, 0, 2))
    if mask is not None:
        mask = check_mask(mask, inputs.shape[1::-1])
        mask = ops.expand_dims(ops.transpose(mask), -1)
        inputs = ops.where(mask, inputs, ops.zeros((), inputs.dtype))
    if go_backwards:
        inputs = ops.flip(inputs, axis=0)
        mask = None if mask is None else ops.flip(mask, axis=0)

    dropout_mask, recurrent_dropout_mask = dropout_masks
    kernel_scale, recurrent_scale = scales
    projected = project(inputs, kernel, bias, dropout_mask, kernel_scale)
    recurrent = (recurrent_kernel, recurrent_bias, recurrent_dropout_mask, recurrent_scale)

    scan = _scan
    if keras.backend.backend() == "tensorflow":
        from kerasdl.ops import recurrent_tensorflow
        from kerasdl.ops.recurrent_tensorflow_cells import activation_names

        activations = activation_names(options)
        by_hand = recurrent_scale is None and options.get("reset_after", True)
        if by_hand and activations is not None:
            outputs, states = recurrent_tensorflow.run(
                cell, activations, projected, states, *recurrent[:3], mask, training
            )
            return ops.transpose(outputs, (1, 0, 2)), states
        scan = recurrent_tensorflow.scan

    def one_step(projected_t: Any, states_t: States) -> States:
        return step(projected_t, states_t, *recurrent, **options)

    outputs, states = scan(one_step, projected, states, mask)
    return ops.transpose(outputs, (1, 0, 2)), states


def _scan(
    step: Callable[[Any, States], States], projected: Any, states: States, mask: Any
) -> tuple[Any, States]:
    """Takes one step after the other; the backend differentiates the loop.

    Args:
        step: `(projected input, states) -> new states`, for one point of time.
        projected: Float tensor `(time, batch, gates * units)`.
        states: The states before the first step.
        mask: Boolean tensor `(time, batch, 1)`, or None.

    Returns:
        The first state after each step `(time, batch, units)`, and the last states.
    """

    def body(states: States, xs: Any) -> tuple[States, States]:
        new = step(xs[0], states)
        if mask is not None:
            new = tuple(ops.where(xs[1], a, b) for a, b in zip(new, states, strict=True))
        return new, new

    # Without a mask there is one input less, not one that is None.
    xs = (projected,) if mask is None else (projected, mask)
    last, sequences = ops.scan(body, states, xs)
    return sequences[0], tuple(last)


def check_sequences(shape: Sequence[int | None]) -> None:
    """Raises a ValueError unless inputs of this shape are sequences of at least one step."""
    shape = tuple(shape)
    if len(shape) != 3:
        raise ValueError(
            "A recurrent layer reads sequences of shape (batch, time, features). Received: inputs "
            f"of shape {shape}. Reshape them, or add the missing axis with ops.expand_dims."
        )
    if shape[1] == 0:
        raise ValueError(
            f"The time axis is empty. Received: inputs of shape {shape}, (batch, time, features). "
            "Expected at least one step; mask steps that do not count."
        )


def check_mask(mask: Any, expected: Sequence[int | None]) -> Any:
    """Returns the mask as a boolean tensor `(batch, time)`, or raises a ValueError."""
    mask = ops.cast(ops.convert_to_tensor(mask), "bool")
    shape = tuple(mask.shape)
    fits = len(shape) == 2 and all(
        None in pair or pair[0] == pair[1] for pair in zip(shape, expected, strict=True)
    )
    if not fits:
        raise ValueError(
            "The mask must have one boolean for each step, shape (batch, time) = "
            f"{tuple(expected)}. Received: a mask of shape {shape}. Pass the inputs' own mask."
        )
    return mask


def _initial_states(
    initial_state: Sequence[Any] | None, inputs: Any, units: int, count: int
) -> States:
    batch = inputs.shape[0]
    if initial_state is None:
        zeros = ops.zeros((ops.shape(inputs)[0], units), dtype=inputs.dtype)
        return (zeros,) * count
    states = tuple(ops.cast(ops.convert_to_tensor(s), inputs.dtype) for s in initial_state)
    shapes = [tuple(state.shape) for state in states]
    fits = len(states) == count and all(
        len(shape) == 2 and shape[1] == units and (None in (shape[0], batch) or shape[0] == batch)
        for shape in shapes
    )
    if not fits:
        raise ValueError(
            f"`initial_state` must hold {count} tensor(s) of shape (batch, units) = "
            f"{(batch, units)}. Received: {len(states)} of shape(s) {shapes}. Pass what the "
            "layer returns with return_state=True, or None for zeros."
        )
    return states


def _like(inputs: Any, weight: Any) -> Any:
    return None if weight is None else ops.cast(ops.convert_to_tensor(weight), inputs.dtype)
