"""Writing into a part of a tensor."""

from typing import Any

from keras import ops


def insert(tensor: Any, rows: Any, start: Any, axis: int) -> Any:
    """Puts `rows` into `tensor` from `start` on, along one axis.

    What `keras.ops.slice_update` does, of which TensorFlow makes an operation that belongs
    to XLA and that a model server lacks.

    Args:
        tensor: Tensor of rank r.
        rows: Tensor of rank r, of the shape of `tensor` but along `axis`.
        start: Integer or scalar integer tensor: where the first row goes.
        axis: The axis, not negative.

    Returns:
        Tensor like `tensor`. Rows that would lie beyond its end are lost.

    Example:

    >>> import numpy as np
    >>> insert(np.zeros(5), np.array([1.0, 2.0]), start=2, axis=0).numpy().tolist()
    [0.0, 0.0, 1.0, 2.0, 0.0]
    """
    tensor = ops.convert_to_tensor(tensor)
    rows = ops.cast(ops.convert_to_tensor(rows), tensor.dtype)
    length = ops.shape(rows)[axis]
    places = ops.arange(ops.shape(tensor)[axis]) - ops.cast(start, "int32")
    is_inside = ops.logical_and(places >= 0, places < length)
    spread = ops.take(rows, ops.clip(places, 0, length - 1), axis=axis)
    shape = [1] * len(tensor.shape)
    shape[axis] = -1
    return ops.where(ops.reshape(is_inside, shape), spread, tensor)
