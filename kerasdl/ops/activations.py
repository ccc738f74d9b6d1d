"""Activations whose gradient can be had for fewer passes than the backend takes."""

import math
from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def gelu(inputs: Any) -> Any:
    """Multiplies by the standard normal distribution function: x * P(X <= x), exactly.

    Hendrycks and Gimpel (2016), "Gaussian error linear units",
    https://arxiv.org/abs/1606.08415; the same as `keras.activations.gelu`.

    Args:
        inputs: Float tensor of any shape.

    Returns:
        Float tensor of the shape and dtype of the inputs.

    Example:

    >>> gelu([0.0, 100.0]).numpy().tolist()
    [0.0, 100.0]
    """
    if keras.backend.backend() != "tensorflow":
        return keras.activations.gelu(inputs)
    import tensorflow as tf

    def with_gradient(x: Any) -> tuple[Any, Callable[..., Any]]:
        # In the shape in which LiteRT finds its own GELU: 0.5 x erfc(-x / sqrt(2)).
        scaled = -x * math.sqrt(0.5)
        doubled = tf.math.erfc(scaled)

        def gradient(upstream: Any) -> Any:
            # probability + x * density, where exp(-x^2 / 2) is exp(-scaled^2).
            density = tf.exp(-tf.square(scaled))
            slope = density * scaled * (2 / math.sqrt(math.pi))
            return upstream * (doubled - slope) * 0.5

        return x * 0.5 * doubled, gradient

    return ops.custom_gradient(with_gradient)(ops.convert_to_tensor(inputs))
