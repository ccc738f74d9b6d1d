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
        halved = x * -math.sqrt(0.5)
        probability = tf.math.erfc(halved) * 0.5

        def gradient(upstream: Any) -> Any:
            # probability + x * density, where exp(-x^2 / 2) is exp(-halved^2).
            density = tf.exp(-tf.square(halved))
            return upstream * (probability - density * halved * (1 / math.sqrt(math.pi)))

        return x * probability, gradient

    return ops.custom_gradient(with_gradient)(ops.convert_to_tensor(inputs))
