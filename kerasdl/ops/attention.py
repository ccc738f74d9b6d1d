"""Scaled dot-product attention.

One function, three ways through the same mathematics: all queries at once or in blocks
(`attention_blocks`), in a loop over blocks where lengths are not known when a graph is
traced (`attention_loop`), and plainly where the weights are to be returned.
"""

import math
from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.ops.attention_blocks import WHOLE, attend_in_blocks, split_queries
from kerasdl.ops.attention_heads import grouped_sum
from kerasdl.ops.attention_hiding import finish, hide
from kerasdl.ops.attention_loop import attend_in_loop
from kerasdl.ops.attention_weights import (
    Options,
    draw_seed,
    drop_weights,
    kept_weights,
    softmax_weights,
)
from kerasdl.ops.masks import as_mask

# From here on (queries times keys) the weights are not kept for the gradient.
_LONG = 2048 * 2048
_LONG_BLOCK = 256
_CAUSAL_BLOCKS = 4
_SMALLEST_CAUSAL_BLOCK = 128


def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    mask: Any = None,
    bias: Any = None,
    *,
    causal: bool = False,
    query_offset: Any = 0,
    scale: float | None = None,
    dropout_rate: float = 0.0,
    dropout_seed: Any = None,
    block_size: int | None = None,
    return_weights: bool = False,
) -> Any:
    """Averages values, weighted by how well their keys match the query.

    `softmax(query @ key^T * scale + bias) @ value` for each head (Vaswani et al., 2017,
    "Attention is all you need", equation 1), with these promises on every path, in every
    dtype, with and without dropout or weights:

    - The softmax is computed in float32 (float64 stays float64).
    - A query that may attend to nothing gives zeros, and passes no gradient.
    - What a query may not attend to has no influence on its result nor on any gradient,
      even where it holds inf or NaN; such a key or value makes exactly those queries NaN
      that do attend to it.
    - Blocks change the memory that is needed, not the result.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`.
        key: Tensor of shape `(batch, key heads, key time, width)`. `heads` must be a
            multiple of `key heads`; consecutive query heads then share a key head
            (grouped-query attention, Ainslie et al., 2023).
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        mask: Boolean tensor, True = attend, of shape `(batch, key time)`,
            `(batch, query time, key time)` or `(batch, heads, query time, key time)`,
            where any dimension but the last may be 1.
        bias: Tensor that is added to the scaled scores, of a shape that broadcasts to
            `(batch, heads, query time, key time)`. It must be finite: what is to be
            hidden belongs into the mask.
        causal: Whether a query attends to no key after its own position.
        query_offset: Integer or scalar integer tensor: position of the first query among
            the keys, for `causal`.
        scale: Factor of the scores. Defaults to `1 / sqrt(width)`.
        dropout_rate: Fraction of the weights to set to zero, in `[0, 1)`; the others
            are multiplied by `1 / (1 - dropout_rate)`.
        dropout_seed: Integer, `keras.random.SeedGenerator` or integer tensor of shape
            `(2,)`. Needed with dropout. The random numbers depend on `block_size` too.
        block_size: Number of queries that are computed at a time, their weights being
            computed again for the gradient: the memory is then proportional to
            `block_size * key time`. None chooses: blocks of 256 from
            `query time * key time = 2048 * 2048` on; below, one block, or, if causal, up to
            four that skip what is hidden. Lengths that are not known when a graph is traced
            count as short; a `block_size` then makes a loop, which skips nothing.
        return_weights: Whether to return the weights too. They need all the memory
            that blocks avoid, so `block_size` must be None.

    Returns:
        Tensor of shape `(batch, heads, query time, value width)`, or, with
        `return_weights`, this and the weights before dropout, of shape
        `(batch, heads, query time, key time)` and the dtype of the softmax.

    Raises:
        ValueError: Shapes do not fit, a time axis is empty, the mask is not boolean,
            or a number is out of its range.

    Example:

    >>> x = keras.random.normal((2, 4, 10, 8), seed=1)
    >>> scaled_dot_product_attention(x, x, x, causal=True).shape
    TensorShape([2, 4, 10, 8])
    """
    query, key, value = _to_common_dtype(query, key, value)
    _check_shapes(query, key, value)
    _check_options(dropout_rate, dropout_seed, block_size, return_weights)
    mask = None if mask is None else _attention_mask(mask, query, key)
    if bias is not None:
        bias = _sized_axes(_four_axes("bias", ops.convert_to_tensor(bias), query, key), query, key)

    query = query * ops.convert_to_tensor(_scale(scale, query), query.dtype)
    query, key, value, rows = hide(query, key, value, mask, causal, query_offset)
    seed = draw_seed(dropout_rate, dropout_seed)
    options = Options(causal, query_offset, dropout_rate, seed)
    if return_weights:
        weights = softmax_weights(query, key, mask, bias, options)
        kept = kept_weights(weights, dropout_rate, seed)
        outputs = grouped_sum(drop_weights(weights, kept, dropout_rate), value)
        if rows.visible is not None:
            weights = ops.where(rows.visible, weights, ops.zeros_like(weights))
        return finish(outputs, rows), weights
    return finish(_attend(query, key, value, mask, bias, options, block_size), rows)


def _attend(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    bias: Any,
    options: Options,
    block_size: int | None,
) -> Any:
    """Chooses the way through."""
    tensors = (query, key, value, mask, bias, options)
    queries, keys = query.shape[2], key.shape[2]
    if queries is None or keys is None:
        if block_size is None:
            return attend_in_blocks(*tensors, [WHOLE], recompute=False)
        return attend_in_loop(*tensors, block_size)
    recompute = block_size is not None or queries * keys >= _LONG
    if block_size is None:
        block_size = queries
        if recompute:
            block_size = _LONG_BLOCK
        elif options.causal:
            block_size = max(_SMALLEST_CAUSAL_BLOCK, -(-queries // _CAUSAL_BLOCKS))
    blocks = split_queries(queries, keys, block_size, options)
    return attend_in_blocks(*tensors, blocks, recompute)


def _to_common_dtype(*tensors: Any) -> list[Any]:
    tensors = tuple(ops.convert_to_tensor(tensor) for tensor in tensors)
    dtype = keras.backend.result_type(*(tensor.dtype for tensor in tensors), float)
    return [ops.cast(tensor, dtype) for tensor in tensors]


def _scale(scale: float | None, query: Any) -> float:
    return 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale


def _attention_mask(mask: Any, query: Any, key: Any) -> Any:
    mask = as_mask("mask", mask)
    if len(mask.shape) == 2:
        mask = ops.expand_dims(mask, (1, 2))
    elif len(mask.shape) == 3:
        mask = ops.expand_dims(mask, 1)
    return _four_axes("mask", mask, query, key)


def _four_axes(name: str, tensor: Any, query: Any, key: Any) -> Any:
    """Gives a mask or bias four axes, after checking that they broadcast."""
    received = tuple(tensor.shape)
    expected = (query.shape[0], query.shape[1], query.shape[2], key.shape[2])
    fits = len(received) <= 4 and all(
        have in (1, want) or have is None or want is None
        for have, want in zip(reversed(received), reversed(expected), strict=False)
    )
    if not fits or (received and received[-1] == 1 and expected[-1] not in (1, None)):
        raise ValueError(
            f"`{name}` must broadcast to (batch, heads, query time, key time) = {expected}, and "
            f"its last dimension be the key time. Received shape {received}."
        )
    for _ in range(4 - len(received)):
        tensor = ops.expand_dims(tensor, 0)
    return tensor


def _sized_axes(bias: Any, query: Any, key: Any) -> Any:
    """Broadcasts the axes that may turn out to be of size 1, so that its gradient fits."""
    if None not in bias.shape:
        return bias
    batch, heads, queries, _ = ops.shape(query)
    sizes = (batch, heads, queries, ops.shape(key)[2])
    shape = [want if have is None else have for have, want in zip(bias.shape, sizes, strict=True)]
    return ops.broadcast_to(bias, shape)


def _check_shapes(query: Any, key: Any, value: Any) -> None:
    shapes = {"query": query.shape, "key": key.shape, "value": value.shape}
    received = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
    if any(len(shape) != 4 for shape in shapes.values()):
        raise ValueError(
            "query, key and value must be of rank 4, (batch, heads, time, width). "
            f"Received: {received}. Add an axis of one head where there are no heads."
        )
    if query.shape[3] != key.shape[3]:
        raise ValueError(
            f"query and key must be equally wide. Received: {received}. Project one of them."
        )
    if _differ(key.shape[2], value.shape[2]) or key.shape[1] != value.shape[1]:
        raise ValueError(
            "key and value must have the same heads and time: each value belongs to one key. "
            f"Received: {received}."
        )
    if query.shape[1] % key.shape[1]:
        raise ValueError(
            "The number of query heads must be a multiple of the number of key heads. "
            f"Received: {received}."
        )
    if 0 in (query.shape[2], key.shape[2]):
        raise ValueError(
            f"Attention over an empty time axis is undefined. Received: {received}. "
            "Leave such sequences out, or pad them and mask the padding."
        )


def _differ(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a != b


def _check_options(rate: float, seed: Any, block_size: int | None, return_weights: bool) -> None:
    check_rates(dropout_rate=rate)
    if rate > 0.0 and seed is None:
        raise ValueError(
            f"Dropout needs a seed. Received: dropout_rate={rate}, dropout_seed=None. Give an "
            "integer or a keras.random.SeedGenerator."
        )
    if block_size is None:
        return
    check_positive_integers(block_size=block_size)
    if return_weights:
        raise ValueError(
            "`block_size` saves memory by not keeping the weights; they cannot be returned too. "
            f"Received: block_size={block_size}, return_weights=True. Leave one of them out."
        )
