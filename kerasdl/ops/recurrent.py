"""Recurrent networks over whole sequences.

A sequence is computed in two parts. What does not depend on the state, the
product of all inputs with the kernel, is one large matrix product; the loop over
time (`kerasdl.ops.recurrent_loop`) holds only the product of the state with the recurrent kernel
and the gates. Weights are laid out as Keras lays them out: the gates side by
side along the last axis, i, f, c, o for the LSTM and z, r, h for the GRU.
"""

from collections.abc import Sequence
from typing import Any

import keras

from kerasdl.ops.recurrent_loop import run
from kerasdl.ops.recurrent_steps import (
    States,
    check_gru_layer_norm,
    gru_step,
    lstm_step,
    simple_rnn_step,
    split_gru_bias,
)


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
    return run(
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
    return run(
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
    return run(
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
