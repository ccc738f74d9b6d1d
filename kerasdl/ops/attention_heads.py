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


def grouped_scores(query: Any, key: Any) -> Any:
    """`query @ key^T` for each head; query heads may share key heads.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`.
        key: Tensor of shape `(batch, key heads, key time, width)`.

    Returns:
        Tensor of shape `(batch, heads, query time, key time)`.
    """
    products = matmul(_fold(query, key.shape[1]), key, transpose_b=True)
    return _unfold(products, query)


def grouped_sum(weights: Any, value: Any) -> Any:
    """`weights @ value` for each head; query heads may share key heads.

    Args:
        weights: Tensor of shape `(batch, heads, query time, key time)`.
        value: Tensor of shape `(batch, key heads, key time, width)`.

    Returns:
        Tensor of shape `(batch, heads, query time, width)`, in the dtype of the value.
    """
    outputs = matmul(_fold(ops.cast(weights, value.dtype), value.shape[1]), value)
    return _unfold(outputs, weights)


def grouped_transposed_sum(weights: Any, rows: Any, like: Any) -> Any:
    """`weights^T @ rows`, summed over the query heads that share a key head.

    Args:
        weights: Tensor of shape `(batch, heads, query time, key time)`.
        rows: Tensor of shape `(batch, heads, query time, width)`.
        like: Tensor with as many heads as the keys, whose gradient this is.

    Returns:
        Tensor of shape `(batch, key heads, key time, width)`, in the dtype of the rows.
    """
    heads = like.shape[1]
    weights = ops.cast(weights, rows.dtype)
    return matmul(_fold(weights, heads), _fold(rows, heads), transpose_a=True)


def _fold(tensor: Any, key_heads: int) -> Any:
    """Lays the query heads of a group one after the other along time.

    This way a product with their common key head needs no copies of that.
    """
    batch, heads, time, width = ops.shape(tensor)
    if heads == key_heads:
        return tensor
    return ops.reshape(tensor, (batch, key_heads, heads // key_heads * time, width))


def _unfold(tensor: Any, like: Any) -> Any:
    batch, heads, time, _ = ops.shape(like)
    if tensor.shape[1] == heads:
        return tensor
    return ops.reshape(tensor, (batch, heads, time, ops.shape(tensor)[3]))


def _add_bias(outputs: Any, bias: Any) -> Any:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        # Its gradient is a reduction with a kernel of its own, and it fuses with the product.
        return tf.nn.bias_add(outputs, bias)
    return outputs + bias
