"""Cutting sequences into chunks of equal length, which then count as separate sequences."""

from typing import Any

from keras import ops


def split_chunks(tensor: Any, size: int) -> Any:
    """Cuts the time axis into chunks, and moves them to the batch axis.

    Args:
        tensor: Tensor of shape `(batch, heads, time, width)`.
        size: Length of a chunk; the last one is filled with zeros.

    Returns:
        Tensor of shape `(batch * chunks, heads, size, width)`.
    """
    batch, heads, time, width = ops.shape(tensor)
    tensor = _fill(tensor, -time % size)
    tensor = ops.reshape(tensor, (batch, heads, -1, size, width))
    return ops.reshape(ops.transpose(tensor, (0, 2, 1, 3, 4)), (-1, heads, size, width))


def join_chunks(tensor: Any, batch: Any, time: Any) -> Any:
    """Undoes `split_chunks`: gives `(batch, heads, time, width)`."""
    _, heads, size, width = ops.shape(tensor)
    tensor = ops.reshape(tensor, (batch, -1, heads, size, width))
    tensor = ops.transpose(tensor, (0, 2, 1, 3, 4))
    return ops.reshape(tensor, (batch, heads, -1, width))[:, :, :time]


def _fill(tensor: Any, count: Any) -> Any:
    if isinstance(count, int) and count == 0:
        return tensor
    batch, heads, _, width = ops.shape(tensor)
    zeros = ops.zeros((batch, heads, count, width), tensor.dtype)
    return ops.concatenate([tensor, zeros], axis=2)
