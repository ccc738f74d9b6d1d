"""Keeps what may not be attended to from having influence, whatever it holds.

Zero times NaN is still NaN, so a weight of zero is not enough: in a matrix product a
hidden value that is inf or NaN reaches every row, and in the gradient every key.
"""

import math
from typing import Any, NamedTuple

from keras import ops

from kerasdl.ops.masks import causal_mask

_NEVER = 2**31 - 1


class Rows(NamedTuple):
    """Which rows of a result are special; boolean, `(batch, heads or 1, query time, 1)`."""

    visible: Any  # False: attends to nothing
    poisoned: Any  # True: attends to a key or value that is inf or NaN


def hide(
    query: Any, key: Any, value: Any, mask: Any, causal: bool, offset: Any = 0
) -> tuple[Any, Any, Any, Rows]:
    """Replaces by zeros what holds inf or NaN, and says which rows must be NaN for it.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`.
        key: Tensor of shape `(batch, key heads, key time, width)`.
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        mask: Boolean tensor of shape `(batch, heads or 1, query time or 1, key time)`, or None.
        causal: Whether a query attends to no key after its own position.
        offset: Position of the first query among the keys.

    Returns:
        The query, key and value to compute with, and the `Rows` for `finish`.
    """
    if mask is None and not causal:
        return query, key, value, Rows(None, None)
    length = ops.shape(query)[2]
    finite = ops.logical_and(_all_finite(key), _all_finite(value))  # (batch, 1, key time, 1)
    key = ops.where(finite, key, ops.zeros_like(key))
    value = ops.where(finite, value, ops.zeros_like(value))
    broken = ops.swapaxes(ops.logical_not(finite), -1, -2)
    seen = broken if mask is None else ops.logical_and(broken, mask)
    poisoned = visible_rows(seen, causal, length, offset)
    if mask is None:
        return query, key, value, Rows(None, poisoned)
    visible = visible_rows(mask, causal, length, offset)
    query = ops.where(visible, query, ops.zeros_like(query))
    return query, key, value, Rows(visible, poisoned)


def finish(outputs: Any, rows: Rows) -> Any:
    """Zeros for queries that attend to nothing, NaN for those that attend to inf or NaN."""
    if rows.poisoned is None:
        return outputs
    special = ops.where(rows.poisoned, ops.cast(math.nan, outputs.dtype), 0.0)
    usual = ops.logical_not(rows.poisoned)
    if rows.visible is not None:
        usual = ops.logical_and(usual, rows.visible)
    return ops.where(usual, outputs, ops.cast(special, outputs.dtype))


def visible_rows(mask: Any, causal: bool, query_length: Any, query_offset: Any = 0) -> Any:
    """Tells which queries see any key for which the mask is True.

    Args:
        mask: Boolean tensor of shape `(batch, heads or 1, query time or 1, key time)`.
        causal: Whether a query sees no key after its own position.
        query_length: Number of queries.
        query_offset: Position of the first query among the keys.

    Returns:
        Boolean tensor of shape `(batch, heads or 1, query time or 1, 1)`.
    """
    if not causal:
        return ops.any(mask, axis=-1, keepdims=True)
    keys = ops.shape(mask)[-1]
    if mask.shape[-2] == 1:
        # The same keys for all queries: whoever sees any of them sees the first.
        first = ops.where(mask, ops.arange(keys, dtype="int32"), _NEVER)
        first = ops.min(first, axis=-1, keepdims=True)
        return first <= ops.arange(query_length, dtype="int32")[:, None] + query_offset
    mask = ops.logical_and(mask, causal_mask(query_length, keys, query_offset)[None])
    return ops.any(mask, axis=-1, keepdims=True)


def _all_finite(tensor: Any) -> Any:
    return ops.all(ops.isfinite(tensor), axis=(1, 3), keepdims=True)
