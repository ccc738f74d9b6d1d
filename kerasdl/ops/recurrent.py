"""Recurrent networks: one step of each cell, and whole sequences.

A sequence is computed in two parts. What does not depend on the state, the
product of all inputs with the kernel, is one large matrix product (`project`);
the loop over time holds only the product of the state with the recurrent kernel
and the gates. Weights are laid out as Keras lays them out: the gates side by
side along the last axis, i, f, c, o for the LSTM and z, r, h for the GRU.

On the TensorFlow backend the loops have a hand-written gradient
(`kerasdl.ops.recurrent_tensorflow`), wherever the options allow it; elsewhere,
and for the rest of the options, they are an `ops.scan` that the backend
differentiates.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.ops.normalization import layer_normalize

LAYER_NORM_EPSILON = 1e-5

States = tuple[Any, ...]


def simple_rnn(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] | None = None,
    mask: Any = None,
    go_backwards: bool = False,
    activation: Any = "tanh",
    dropout_mask: Any = None,
    recurrent_dropout_mask: Any = None,
    layer_norm: Sequence[Any] | None = None,
    training: bool = False,
) -> tuple[Any, States]:
    """Runs a fully connected recurrent network: h = activation(x W + h U + b).

    Elman (1990), "Finding structure in time".

    Args:
        inputs: Float tensor `(batch, time, features)`.
        kernel: Float tensor `(features, units)`.
        recurrent_kernel: Float tensor `(units, units)`.
        bias: Float tensor `(units,)`, or None.
        initial_state: The state before the first step, one tensor `(batch, units)`
            in a sequence. Zeros by default.
        mask: Boolean tensor `(batch, time)`, True = keep. At other steps the state
            stands still and the input counts for nothing, even if it is inf or NaN.
        go_backwards: Whether to read the sequence from its end.
        activation: Name of an activation, or a function.
        dropout_mask: Float tensor `(1, batch, features)` of 0 and 1 / (1 - rate),
            multiplied with the inputs of all steps.
        recurrent_dropout_mask: Float tensor `(1, batch, units)`, multiplied with the
            state where it meets the recurrent kernel.
        layer_norm: The scales `(units,)` that the two products with the kernels are
            multiplied with once they are normalised (Ba et al. 2016), or None.
        training: Whether a gradient will be asked for: a matter of speed and memory.

    Returns:
        The states after each step `(batch, time, units)` in the order in which the
        steps were taken, and the last state in a tuple.

    Raises:
        ValueError: If a shape does not fit.

    Example:

    >>> import numpy as np
    >>> x, w, u = np.ones((1, 3, 1)), np.ones((1, 1)), np.zeros((1, 1))
    >>> states, (last,) = simple_rnn(x, w, u, activation="linear")
    >>> states.numpy().ravel().tolist(), float(last[0, 0])
    ([1.0, 1.0, 1.0], 1.0)
    """
    kernel_scale, recurrent_scale = layer_norm or (None, None)
    options = {"activation": keras.activations.get(activation)}
    return _run(
        "simple_rnn",
        inputs,
        weights=(kernel, recurrent_kernel, None, bias),  # the two products are added anyway
        scales=(kernel_scale, recurrent_scale),
        step=simple_rnn_step,
        options=options,
        initial_state=initial_state,
        mask=mask,
        go_backwards=go_backwards,
        dropout_masks=(dropout_mask, recurrent_dropout_mask),
        training=training,
    )


def lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] | None = None,
    mask: Any = None,
    go_backwards: bool = False,
    activation: Any = "tanh",
    recurrent_activation: Any = "sigmoid",
    dropout_mask: Any = None,
    recurrent_dropout_mask: Any = None,
    layer_norm: Sequence[Any] | None = None,
    training: bool = False,
) -> tuple[Any, States]:
    """Runs a long short-term memory: a cell whose gates decide what it keeps.

    c = f * c + i * activation(g), h = o * activation(c), with the gates i, f and o
    and the candidate g made from x W + h U + b (Hochreiter & Schmidhuber 1997,
    with the forget gate of Gers et al. 2000).

    Args:
        inputs: Float tensor `(batch, time, features)`.
        kernel: Float tensor `(features, 4 * units)`: i, f, g, o.
        recurrent_kernel: Float tensor `(units, 4 * units)`.
        bias: Float tensor `(4 * units,)`, or None.
        initial_state: The two states h and c before the first step, tensors
            `(batch, units)`. Zeros by default.
        mask: Boolean tensor `(batch, time)`, True = keep. At other steps the states
            stand still and the input counts for nothing, even if it is inf or NaN.
        go_backwards: Whether to read the sequence from its end.
        activation: Name of an activation, or a function.
        recurrent_activation: The same for the gates.
        dropout_mask: Float tensor `(4, batch, features)` of 0 and 1 / (1 - rate), one
            mask for each gate, multiplied with the inputs of all steps.
        recurrent_dropout_mask: Float tensor `(4, batch, units)`, multiplied with the
            state h where it meets the recurrent kernel.
        layer_norm: Scales of the two normalised products with the kernels, both
            `(4 * units,)`, then scale and offset of the normalised c `(units,)`
            (Ba et al. 2016, equations 20 to 22), or None.
        training: Whether a gradient will be asked for: a matter of speed and memory.

    Returns:
        The states h after each step `(batch, time, units)` in the order in which the
        steps were taken, and the last h and c in a tuple.

    Raises:
        ValueError: If a shape does not fit.

    Example:

    >>> import numpy as np
    >>> outputs, (h, c) = lstm(np.ones((2, 5, 3)), np.ones((3, 16)), np.ones((4, 16)))
    >>> tuple(outputs.shape), tuple(h.shape), tuple(c.shape)
    ((2, 5, 4), (2, 4), (2, 4))
    """
    kernel_scale, recurrent_scale, *state_norm = layer_norm or (None, None)
    options = {
        "activation": keras.activations.get(activation),
        "recurrent_activation": keras.activations.get(recurrent_activation),
    }
    if state_norm:
        options["state_norm"] = state_norm
    return _run(
        "lstm",
        inputs,
        weights=(kernel, recurrent_kernel, None, bias),  # the two products are added anyway
        scales=(kernel_scale, recurrent_scale),
        step=lstm_step,
        options=options,
        initial_state=initial_state,
        mask=mask,
        go_backwards=go_backwards,
        dropout_masks=(dropout_mask, recurrent_dropout_mask),
        training=training,
    )


def gru(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    initial_state: Sequence[Any] | None = None,
    mask: Any = None,
    go_backwards: bool = False,
    activation: Any = "tanh",
    recurrent_activation: Any = "sigmoid",
    reset_after: bool = True,
    dropout_mask: Any = None,
    recurrent_dropout_mask: Any = None,
    layer_norm: Sequence[Any] | None = None,
    training: bool = False,
) -> tuple[Any, States]:
    """Runs a gated recurrent unit: h = z * h + (1 - z) * candidate.

    The candidate is activation(x W + r * (h U + b')) with `reset_after`, the form
    of cuDNN and Keras's default, or activation(x W + (r * h) U) without, the form
    of Cho et al. (2014, https://arxiv.org/abs/1406.1078). Without it the loop is
    differentiated by the backend, which is slower.

    Args:
        inputs: Float tensor `(batch, time, features)`.
        kernel: Float tensor `(features, 3 * units)`: z, r, candidate.
        recurrent_kernel: Float tensor `(units, 3 * units)`.
        bias: None, or a float tensor: `(2, 3 * units)` with `reset_after`, the biases
            of the two products; `(3 * units,)` without.
        initial_state: The state before the first step, one tensor `(batch, units)`
            in a sequence. Zeros by default.
        mask: Boolean tensor `(batch, time)`, True = keep. At other steps the state
            stands still and the input counts for nothing, even if it is inf or NaN.
        go_backwards: Whether to read the sequence from its end.
        activation: Name of an activation, or a function.
        recurrent_activation: The same for the gates.
        reset_after: Whether the reset gate acts after the matrix product.
        dropout_mask: Float tensor `(3, batch, features)` of 0 and 1 / (1 - rate), one
            mask for each gate, multiplied with the inputs of all steps.
        recurrent_dropout_mask: Float tensor `(3, batch, units)`, multiplied with the
            state where it meets the recurrent kernel.
        layer_norm: Scales `(3 * units,)` of the two normalised products with the
            kernels (Ba et al. 2016), or None. Needs `reset_after`.
        training: Whether a gradient will be asked for: a matter of speed and memory.

    Returns:
        The states after each step `(batch, time, units)` in the order in which the
        steps were taken, and the last state in a tuple.

    Raises:
        ValueError: If a shape does not fit, or on `layer_norm` without `reset_after`.

    Example:

    >>> import numpy as np
    >>> outputs, (h,) = gru(np.ones((2, 5, 3)), np.ones((3, 12)), np.ones((4, 12)))
    >>> tuple(outputs.shape), tuple(h.shape)
    ((2, 5, 4), (2, 4))
    """
    input_bias, recurrent_bias = split_gru_bias(bias, reset_after)
    kernel_scale, recurrent_scale = layer_norm or (None, None)
    check_gru_layer_norm(layer_norm is not None, reset_after)
    options = {
        "activation": keras.activations.get(activation),
        "recurrent_activation": keras.activations.get(recurrent_activation),
        "reset_after": reset_after,
    }
    return _run(
        "gru",
        inputs,
        weights=(kernel, recurrent_kernel, input_bias, recurrent_bias),
        scales=(kernel_scale, recurrent_scale),
        step=gru_step,
        options=options,
        initial_state=initial_state,
        mask=mask,
        go_backwards=go_backwards,
        dropout_masks=(dropout_mask, recurrent_dropout_mask),
        training=training,
    )


def simple_rnn_step(
    projected: Any,
    states: Sequence[Any],
    recurrent_kernel: Any,
    recurrent_bias: Any = None,
    recurrent_dropout_mask: Any = None,
    recurrent_scale: Any = None,
    *,
    activation: Callable[[Any], Any],
) -> States:
    """One step of `simple_rnn`, from the projected input `(batch, units)` to the new state."""
    (h,) = states
    recurrent = project(
        h, recurrent_kernel, recurrent_bias, recurrent_dropout_mask, recurrent_scale
    )
    return (activation(projected + recurrent),)


def lstm_step(
    projected: Any,
    states: Sequence[Any],
    recurrent_kernel: Any,
    recurrent_bias: Any = None,
    recurrent_dropout_mask: Any = None,
    recurrent_scale: Any = None,
    *,
    activation: Callable[[Any], Any],
    recurrent_activation: Callable[[Any], Any],
    state_norm: Sequence[Any] | None = None,
) -> States:
    """One step of `lstm`, from the projected input `(batch, 4 * units)` to the new h and c."""
    h, c = states
    recurrent = project(
        h, recurrent_kernel, recurrent_bias, recurrent_dropout_mask, recurrent_scale
    )
    i, f, g, o = ops.split(projected + recurrent, 4, axis=-1)
    c = recurrent_activation(f) * c + recurrent_activation(i) * activation(g)
    shown = c
    if state_norm is not None:
        scale, offset = state_norm
        shown = layer_normalize(c, scale, offset, LAYER_NORM_EPSILON)
    return recurrent_activation(o) * activation(shown), c


def gru_step(
    projected: Any,
    states: Sequence[Any],
    recurrent_kernel: Any,
    recurrent_bias: Any = None,
    recurrent_dropout_mask: Any = None,
    recurrent_scale: Any = None,
    *,
    activation: Callable[[Any], Any],
    recurrent_activation: Callable[[Any], Any],
    reset_after: bool = True,
) -> States:
    """One step of `gru`, from the projected input `(batch, 3 * units)` to the new state."""
    (h,) = states
    projected_z, projected_r, projected_g = ops.split(projected, 3, axis=-1)
    if reset_after:
        recurrent = project(
            h, recurrent_kernel, recurrent_bias, recurrent_dropout_mask, recurrent_scale
        )
        recurrent_z, recurrent_r, recurrent_g = ops.split(recurrent, 3, axis=-1)
        z = recurrent_activation(projected_z + recurrent_z)
        r = recurrent_activation(projected_r + recurrent_r)
        g = activation(projected_g + r * recurrent_g)
    else:
        units = h.shape[-1]
        gates_mask = g_mask = None
        if recurrent_dropout_mask is not None:
            gates_mask, g_mask = recurrent_dropout_mask[:2], recurrent_dropout_mask[2:]
        gates = project(h, recurrent_kernel[:, : 2 * units], dropout_mask=gates_mask)
        recurrent_z, recurrent_r = ops.split(gates, 2, axis=-1)
        z = recurrent_activation(projected_z + recurrent_z)
        r = recurrent_activation(projected_r + recurrent_r)
        g = activation(
            projected_g + project(r * h, recurrent_kernel[:, 2 * units :], dropout_mask=g_mask)
        )
    return (z * h + (1 - z) * g,)


def project(
    inputs: Any, kernel: Any, bias: Any = None, dropout_mask: Any = None, scale: Any = None
) -> Any:
    """Multiplies inputs or states with the kernels of all gates at once.

    Args:
        inputs: Float tensor `(..., features)`.
        kernel: Float tensor `(features, gates * units)`.
        bias: Float tensor `(gates * units,)`, or None.
        dropout_mask: Float tensor `(gates, batch, features)`: what each gate sees of
            the inputs. None = everything.
        scale: Float tensor `(gates * units,)`: normalises the product before the bias
            is added (layer normalisation). None = no normalisation.

    Returns:
        Float tensor `(..., gates * units)`.
    """
    if dropout_mask is None:
        product = _matmul(inputs, kernel)
    else:
        gates = dropout_mask.shape[0]
        kernels = ops.split(kernel, gates, axis=-1)
        products = [_matmul(inputs * dropout_mask[k], kernels[k]) for k in range(gates)]
        product = ops.concatenate(products, axis=-1)
    if scale is not None:
        product = layer_normalize(product, scale, epsilon=LAYER_NORM_EPSILON)
    return product if bias is None else product + bias


def split_gru_bias(bias: Any, reset_after: bool) -> tuple[Any, Any]:
    """The biases of the GRU's two products: of the inputs, and of the state."""
    if bias is None or not reset_after:
        return bias, None
    bias = ops.convert_to_tensor(bias)
    return bias[0], bias[1]


def check_gru_layer_norm(layer_norm: bool, reset_after: bool) -> None:
    """Raises a ValueError on layer normalisation of a GRU without `reset_after`."""
    if layer_norm and not reset_after:
        raise ValueError(
            "A layer-normalised GRU is defined for `reset_after=True` alone. Received: "
            "layer_norm=True, reset_after=False. Leave one of them at its default."
        )


def _run(
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

        activations = recurrent_tensorflow.activation_names(options)
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


def _matmul(inputs: Any, kernel: Any) -> Any:
    # One product of two matrices, also for sequences: a batch of products, one for
    # each step, would be slower, its gradient above all.
    if len(inputs.shape) == 2:
        return ops.matmul(inputs, kernel)
    flat = ops.matmul(ops.reshape(inputs, (-1, inputs.shape[-1])), kernel)
    return ops.reshape(flat, (*ops.shape(inputs)[:-1], kernel.shape[-1]))
