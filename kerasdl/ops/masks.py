"""Attention masks, in one convention: boolean, True = attend.

The rank says what a mask is about, so that nothing has to be guessed:

- rank 2, `(batch, time)`: which positions of a sequence are real (padding);
- rank 3, `(batch or 1, query time, key time)`: which key each query attends to;
- rank 4, `(batch or 1, heads or 1, query time or 1, key time)`: the same for each head.
"""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers


def padding_mask(
    lengths: Any = None,
    max_length: Any = None,
    *,
    tokens: Any = None,
    padding_token: int = 0,
) -> Any:
    """Tells real positions from padding, given the lengths or the tokens themselves.

    Args:
        lengths: Integer tensor of shape `(batch,)`: number of real positions at the
            start of each sequence.
        max_length: Integer: length of the time axis. Needed with `lengths`.
        tokens: Integer tensor of shape `(batch, time)`, instead of `lengths`.
        padding_token: The token that stands for "nothing here".

    Returns:
        Boolean tensor of shape `(batch, time)`, True where a position is real.

    Raises:
        ValueError: Not exactly one of `lengths` and `tokens`, or one of wrong rank.

    Example:

    >>> padding_mask([1, 3], max_length=3).numpy().tolist()
    [[True, False, False], [True, True, True]]
    >>> padding_mask(tokens=[[5, 2, 0]]).numpy().tolist()
    [[True, True, False]]
    """
    if (lengths is None) == (tokens is None):
        raise ValueError(
            "padding_mask needs either `lengths` or `tokens`. "
            f"Received: lengths={lengths}, tokens={tokens}"
        )
    if tokens is not None:
        tokens = ops.convert_to_tensor(tokens)
        _check_rank("tokens", tokens, 2, "(batch, time)")
        return ops.not_equal(tokens, padding_token)
    if max_length is None:
        raise ValueError(
            "padding_mask with `lengths` needs `max_length`, the length of the time axis. "
            "Received: max_length=None"
        )
    lengths = ops.convert_to_tensor(lengths)
    _check_rank("lengths", lengths, 1, "(batch,)")
    positions = ops.arange(max_length, dtype="int32")
    return ops.expand_dims(positions, 0) < ops.expand_dims(ops.cast(lengths, "int32"), 1)


def causal_mask(query_length: Any, key_length: Any = None, offset: Any = 0) -> Any:
    """Lets each query attend to the keys up to its own position.

    Args:
        query_length: Integer: number of queries.
        key_length: Integer: number of keys. Defaults to `query_length`.
        offset: Integer or scalar integer tensor: position of the first query among the
            keys; not 0 where earlier keys come from a cache.

    Returns:
        Boolean tensor of shape `(1, query_length, key_length)`: True where
        `key position <= query position + offset`.

    Example:

    >>> causal_mask(2, 3, offset=1).numpy().astype(int).tolist()
    [[[1, 1, 0], [1, 1, 1]]]
    """
    queries, keys = _positions(query_length, key_length, offset)
    return ops.expand_dims(keys <= queries, 0)


def sliding_window_mask(
    query_length: Any,
    key_length: Any = None,
    *,
    window: int,
    causal: bool = False,
    offset: Any = 0,
) -> Any:
    """Lets each query attend to the keys less than `window` positions away.

    Args:
        query_length: Integer: number of queries.
        key_length: Integer: number of keys. Defaults to `query_length`.
        window: Positive integer: with `causal`, the number of keys that a query sees,
            its own included; without, it sees `window - 1` to each side and its own.
        causal: Whether keys after the query's position are excluded.
        offset: Integer or scalar integer tensor: position of the first query among the keys.

    Returns:
        Boolean tensor of shape `(1, query_length, key_length)`.

    Raises:
        ValueError: `window` is not a positive integer.

    Example:

    >>> sliding_window_mask(3, window=2).numpy().astype(int).tolist()
    [[[1, 1, 0], [1, 1, 1], [0, 1, 1]]]
    """
    check_positive_integers(window=window)
    queries, keys = _positions(query_length, key_length, offset)
    mask = ops.abs(queries - keys) < window
    if causal:
        mask = ops.logical_and(mask, keys <= queries)
    return ops.expand_dims(mask, 0)


def merge_masks(*masks: Any, query_mask: Any = None, key_mask: Any = None) -> Any:
    """Merges masks by AND; what is None does not count.

    Args:
        *masks: Masks of what each query attends to, of rank 3 or 4 (see this module's
            head), each boolean or integer.
        query_mask: Boolean tensor of shape `(batch, query time)`: rows that are False
            attend to nothing.
        key_mask: Boolean tensor of shape `(batch, key time)`: keys that are False are
            attended by nobody.

    Returns:
        Boolean tensor of rank 4, to be broadcast against
        `(batch, heads, query time, key time)`, or None where there was no mask at all.

    Raises:
        ValueError: A mask is of the wrong rank, or holds floating-point numbers.

    Example:

    >>> mask = merge_masks(causal_mask(3), key_mask=padding_mask([2], max_length=3))
    >>> mask.numpy().astype(int).tolist()
    [[[[1, 0, 0], [1, 1, 0], [1, 1, 0]]]]
    """
    parts = [_four_axes(mask) for mask in masks if mask is not None]
    if query_mask is not None:
        query_mask = as_mask("query_mask", query_mask)
        _check_rank("query_mask", query_mask, 2, "(batch, query time)")
        parts.append(ops.expand_dims(query_mask, (1, 3)))
    if key_mask is not None:
        key_mask = as_mask("key_mask", key_mask)
        _check_rank("key_mask", key_mask, 2, "(batch, key time)")
        parts.append(ops.expand_dims(key_mask, (1, 2)))
    if not parts:
        return None
    merged = parts[0]
    for part in parts[1:]:
        merged = ops.logical_and(merged, part)
    return merged


def as_mask(name: str, mask: Any) -> Any:
    """Converts a mask to a boolean tensor, and refuses additive (floating-point) masks."""
    mask = ops.convert_to_tensor(mask)
    dtype = keras.backend.standardize_dtype(mask.dtype)
    if "float" in dtype:
        raise ValueError(
            f"`{name}` must be boolean, True = attend. Received dtype {dtype}. Compare it with "
            "something (`mask > 0`), or, if it is to be added to the scores, give it as `bias`."
        )
    return ops.cast(mask, "bool")


def _four_axes(mask: Any) -> Any:
    mask = as_mask("mask", mask)
    if len(mask.shape) == 3:
        return ops.expand_dims(mask, 1)
    if len(mask.shape) == 4:
        return mask
    raise ValueError(
        "A mask must be of shape (batch, query time, key time) or (batch, heads, query time, "
        f"key time). Received shape {tuple(mask.shape)}. A padding mask (batch, time) is given "
        "as `key_mask` or `query_mask`."
    )


def _positions(query_length: Any, key_length: Any, offset: Any) -> tuple[Any, Any]:
    key_length = query_length if key_length is None else key_length
    queries = ops.arange(query_length, dtype="int32")[:, None] + ops.cast(offset, "int32")
    keys = ops.arange(key_length, dtype="int32")[None, :]
    return queries, keys


def _check_rank(name: str, tensor: Any, rank: int, meaning: str) -> None:
    if len(tensor.shape) != rank:
        raise ValueError(
            f"`{name}` must be of rank {rank}, {meaning}. Received shape {tuple(tensor.shape)}."
        )
