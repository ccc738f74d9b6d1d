"""One step of each recurrent cell, and the product with the kernels that steps have in common."""

from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from kerasdl.ops.normalization import layer_normalize

LAYER_NORM_EPSILON = 1e-5

States = tuple[Any, ...]


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


def _matmul(inputs: Any, kernel: Any) -> Any:
    # One product of two matrices, also for sequences: a batch of products, one for
    # each step, would be slower, its gradient above all.
    if len(inputs.shape) == 2:
        return ops.matmul(inputs, kernel)
    flat = ops.matmul(ops.reshape(inputs, (-1, inputs.shape[-1])), kernel)
    return ops.reshape(flat, (*ops.shape(inputs)[:-1], kernel.shape[-1]))
