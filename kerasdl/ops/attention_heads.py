"""Projections and products that attention layers share, laid out once and for all.

Heads stand before time, `(batch, heads, time, width)`: every product after the
projection is then a plain batched matrix product, with nothing to transpose.
"""

from typing import Any

import keras
from keras import ops


def linear(inputs: Any, kernel: Any, bias: Any = None) -> Any:
    """Multiplies by a matrix and adds a bias, as one product of two matrices.

    Args:
        inputs: Tensor of shape `(..., width)`.
        kernel: Tensor of shape `(width, units)`.
        bias: Tensor of shape `(units,)`, or None.

    Returns:
        Tensor of shape `(..., units)`.

    Example:

    >>> linear([[1.0, 2.0]], [[3.0], [4.0]], [0.5]).numpy().tolist()
    [[11.5]]
    """
    inputs = ops.convert_to_tensor(inputs)
    kernel = ops.convert_to_tensor(kernel)
    shape = ops.shape(inputs)
    outputs = matmul(ops.reshape(inputs, (-1, shape[-1])), kernel)
    if bias is not None:
        outputs = _add_bias(outputs, ops.convert_to_tensor(bias))
    return ops.reshape(outputs, (*shape[:-1], kernel.shape[-1]))


def split_heads(inputs: Any, num_heads: int) -> Any:
    """Turns `(batch, time, heads * width)` into `(batch, heads, time, width)`."""
    batch, time, width = ops.shape(inputs)
    inputs = ops.reshape(inputs, (batch, time, num_heads, width // num_heads))
    return ops.transpose(inputs, (0, 2, 1, 3))


def merge_heads(inputs: Any) -> Any:
    """Turns `(batch, heads, time, width)` into `(batch, time, heads * width)`."""
    batch, heads, time, width = ops.shape(inputs)
    return ops.reshape(ops.transpose(inputs, (0, 2, 1, 3)), (batch, time, heads * width))


def matmul(a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False) -> Any:
    """Batched matrix product that transposes on the way, without a copy where it can."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.linalg.matmul(a, b, transpose_a=transpose_a, transpose_b=transpose_b)
    a = ops.swapaxes(a, -1, -2) if transpose_a else a
    b = ops.swapaxes(b, -1, -2) if transpose_b else b
    return ops.matmul(a, b)


def _add_bias(outputs: Any, bias: Any) -> Any:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Its gradient is a reduction with a kernel of its own, and it fuses with the product.
        return tf.nn.bias_add(outputs, bias)
    return outputs + bias
