"""Normalization of the last axis, with a gradient that needs few passes.

Differentiated by TensorFlow, a normalization goes over its inputs some twenty times
where ten are enough, and a pass is nearly all that these cheap operations cost.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from kerasdl.ops.precision import at_least_float32


def layer_normalize(
    inputs: Any, scale: Any = None, offset: Any = None, epsilon: float = 1e-6
) -> Any:
    """Normalizes the last axis to mean 0 and variance 1, then scales and shifts it.

    Ba et al. (2016), "Layer normalization", https://arxiv.org/abs/1607.06450. Computed in
    float32; float64 stays float64.

    Args:
        inputs: Float tensor `[..., width]`.
        scale: Float tensor `[width]`, or None for 1.
        offset: Float tensor `[width]`, or None for 0.
        epsilon: Added to the variance.

    Returns:
        Float tensor of the shape and dtype of the inputs.

    Example:

    >>> layer_normalize([[1.0, 3.0]], epsilon=0.0).numpy().tolist()
    [[-1.0, 1.0]]
    """
    return _normalize(inputs, scale, offset, epsilon, center=True)


def rms_normalize(inputs: Any, scale: Any = None, epsilon: float = 1e-6) -> Any:
    """Divides by the root mean square of the last axis, then scales.

    Zhang and Sennrich (2019), "Root mean square layer normalization",
    https://arxiv.org/abs/1910.07467. Computed in float32; float64 stays float64.

    Args:
        inputs: Float tensor `[..., width]`.
        scale: Float tensor `[width]`, or None for 1.
        epsilon: Added to the mean square.

    Returns:
        Float tensor of the shape and dtype of the inputs.

    Example:

    >>> rms_normalize([[3.0, 3.0]], epsilon=0.0).numpy().tolist()
    [[1.0, 1.0]]
    """
    return _normalize(inputs, scale, None, epsilon, center=False)


def _normalize(inputs: Any, scale: Any, offset: Any, epsilon: float, center: bool) -> Any:
    inputs = ops.convert_to_tensor(inputs)
    wide = at_least_float32(inputs)

    def standardize(x: Any) -> tuple[Any, Callable[..., Any]]:
        centered = x - _mean(x) if center else x
        factor = ops.rsqrt(_mean(ops.square(centered)) + epsilon)
        outputs = centered * factor

        def gradient(upstream: Any) -> Any:
            d_inputs = upstream - outputs * _mean(upstream * outputs)
            if center:
                d_inputs = d_inputs - _mean(upstream)
            return d_inputs * factor

        return outputs, gradient

    if keras.backend.backend() == "tensorflow":
        outputs = ops.custom_gradient(standardize)(wide)
    else:
        outputs, _ = standardize(wide)  # XLA and torch see to their passes themselves
    if scale is not None:
        outputs = outputs * ops.cast(scale, wide.dtype)
    if offset is not None:
        outputs = outputs + ops.cast(offset, wide.dtype)
    return ops.cast(outputs, inputs.dtype)


def _mean(x: Any) -> Any:
    return ops.mean(x, axis=-1, keepdims=True)
