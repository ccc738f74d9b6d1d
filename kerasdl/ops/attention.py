"""Scaled dot-product attention.

One function, two ways through the same mathematics: all queries at once, or block
after block of queries, where a block skips the keys that causality hides from it and,
for long sequences, forgets its weights and computes them once more for the gradient.
The gradient is written out, because it needs fewer passes over the matrix of weights
(the only large thing here) than what automatic differentiation comes up with.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kerasdl.ops.attention_heads import grouped_scores, grouped_sum, grouped_transposed_sum
from kerasdl.ops.attention_hiding import finish, hide
from kerasdl.ops.masks import as_mask, causal_mask
from kerasdl.ops.precision import at_least_float32

# What is added to nothing and exceeded by everything: finite, so that a row that is
# masked wholly does not turn into NaN before it is set to zero.
_LOWEST = -1e30

# From here on (queries times keys) the weights are not kept for the gradient.
_LONG = 2048 * 2048
_LONG_BLOCK = 512
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
            `block_size * key time`. None chooses where the lengths are known: blocks of
            512 from `query time * key time = 2048 * 2048` on; below, one block, or four
            that skip what causality hides. Where they are not known it is one block.
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
        bias = _four_axes("bias", ops.convert_to_tensor(bias), query, key)

    query = query * ops.convert_to_tensor(_scale(scale, query), query.dtype)
    query, key, value, rows = hide(query, key, value, mask, causal, query_offset)
    options = _Options(causal, query_offset, dropout_rate, draw_seed(dropout_rate, dropout_seed))
    if return_weights:
        weights = _weights(query, key, mask, bias, options, _WHOLE)
        kept = kept_weights(weights, options.rate, options.seed)
        outputs = grouped_sum(drop_weights(weights, kept, options.rate), value)
        if rows.visible is not None:
            weights = ops.where(rows.visible, weights, 0.0)
        return finish(outputs, rows), weights
    blocks, recompute = _choose_blocks(query, key, causal, query_offset, block_size)
    outputs = _attend(query, key, value, mask, bias, options, blocks, recompute)
    return finish(outputs, rows)


class _Options(NamedTuple):
    """What does not differ from block to block."""

    causal: bool
    offset: Any
    rate: float
    seed: Any


class _Block(NamedTuple):
    """Queries `start` to `stop`, which see the first `keys` keys; None = all."""

    number: int
    start: int | None
    stop: int | None
    keys: int | None


_WHOLE = _Block(0, None, None, None)


# ---------------------------------------------------------------- the mathematics


def _attend(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    bias: Any,
    options: _Options,
    blocks: list[_Block],
    recompute: bool,
) -> Any:
    """Attention over blocks of queries, with its gradient."""

    def attend(query: Any, key: Any, value: Any, *bias: Any) -> tuple[Any, Callable[..., Any]]:
        bias_or_none = bias[0] if bias else None

        def weights_of(block: _Block, after: Any = None) -> Any:
            return _weights(
                _once_there_is(after, query[:, :, block.start : block.stop]),
                key[:, :, : block.keys],
                _part(mask, block),
                _part(bias_or_none, block),
                options,
                block,
            )

        outputs: list[Any] = []
        saved: list[Any] = []
        for block in blocks:
            weights = weights_of(block, after=outputs[-1] if recompute and outputs else None)
            saved.append(None if recompute else weights)
            kept = kept_weights(weights, options.rate, options.seed, block.number)
            dropped = drop_weights(weights, kept, options.rate)
            outputs.append(grouped_sum(dropped, value[:, :, : block.keys]))

        def gradient(*upstream: Any, **keywords: Any) -> tuple[Any, ...]:
            d_outputs = upstream[-1] if upstream else keywords["upstream"]
            d_query, d_bias = [], []
            d_key: Any = None
            d_value: Any = None
            for i, block in enumerate(blocks):
                block_key, block_value = key[:, :, : block.keys], value[:, :, : block.keys]
                block_query = query[:, :, block.start : block.stop]
                d_output = d_outputs[:, :, block.start : block.stop]
                weights = saved[i]
                if recompute:
                    weights = weights_of(block, after=d_key if i else d_outputs)
                # The softmax's own gradient needs the sum over keys of weight times its
                # gradient; that equals this product over the width, which is shorter.
                shared = ops.sum(
                    ops.cast(d_output, weights.dtype) * ops.cast(outputs[i], weights.dtype),
                    axis=-1,
                    keepdims=True,
                )
                d_dropped = ops.cast(grouped_scores(d_output, block_value), weights.dtype)
                kept = kept_weights(weights, options.rate, options.seed, block.number)
                d_scores = weights * (drop_weights(d_dropped, kept, options.rate) - shared)
                dropped = drop_weights(weights, kept, options.rate)
                d_value = _add_keys(d_value, grouped_transposed_sum(dropped, d_output, value))
                if bias:
                    d_bias.append(_sum_to_part(d_scores, bias[0], block))
                d_scores = ops.cast(d_scores, query.dtype)
                d_query.append(grouped_sum(d_scores, block_key))
                d_key = _add_keys(d_key, grouped_transposed_sum(d_scores, block_query, key))
            # Keys that no query may see have been left out so far.
            gradients = (_join(d_query), _pad_keys(d_key, key), _pad_keys(d_value, value))
            return (*gradients, _join_bias(d_bias, bias[0])) if bias else gradients

        return _join(outputs), gradient

    tensors = (query, key, value) if bias is None else (query, key, value, bias)
    return ops.custom_gradient(attend)(*tensors)


def _weights(query: Any, key: Any, mask: Any, bias: Any, options: _Options, block: _Block) -> Any:
    """The softmax of the masked scores, in the softmax's dtype."""
    scores = at_least_float32(grouped_scores(query, key))
    if bias is not None:
        scores = scores + ops.cast(bias, scores.dtype)
    if options.causal:
        length, offset = ops.shape(query)[2], options.offset + (block.start or 0)
        before = causal_mask(length, ops.shape(key)[2], offset)[None]
        mask = before if mask is None else ops.logical_and(mask, before)
    return masked_softmax(scores, mask)


def masked_softmax(scores: Any, mask: Any = None) -> Any:
    """Softmax over the last axis, in at least float32.

    Args:
        scores: Tensor of shape `(..., keys)`.
        mask: Boolean tensor that broadcasts to it, or None. What is False counts nothing. A
            row without any True comes out uniform: `finish` sets what is made of it to zero.

    Returns:
        Tensor of the shape of the scores, float32 or float64.
    """
    scores = at_least_float32(scores)
    if mask is not None:
        scores = ops.where(mask, scores, ops.cast(_LOWEST, scores.dtype))
    if scores.shape[-1] == 1:
        return ops.exp(scores - scores)  # Keras warns of a softmax over one entry
    return ops.softmax(scores, axis=-1)


def _once_there_is(earlier: Any, tensor: Any) -> Any:
    """Makes a tensor wait for another one, by adding zero times it, as it were.

    Without that, a graph computes all blocks at the same time, or, finding that what is
    computed for the gradient was computed before, keeps it: no memory would be saved.
    """
    if earlier is None:
        return tensor
    zero = ops.minimum(ops.abs(ops.reshape(earlier, (-1,))[0]), 0.0)
    return tensor + ops.cast(zero, tensor.dtype)


def kept_weights(weights: Any, rate: float, seed: Any, block: int = 0) -> Any:
    """Which weights dropout keeps.

    Args:
        weights: Tensor of weights, of which only the shape counts.
        rate: Fraction that is not kept.
        seed: Integer tensor of shape `(2,)`, from `draw_seed`; None with rate 0.
        block: Which block of weights this is; each is independent of the others.

    Returns:
        Boolean tensor, the same for the same arguments, or None with rate 0: all.
    """
    if rate == 0.0:
        return None
    from kerasdl.ops.random import keep_mask

    # The words of a generator's seeds differ by 1 from step to step: the golden ratio
    # keeps the blocks of one step from meeting those of the next.
    offset = np.asarray(block * 0x9E3779B9 % 2**32, "uint32")
    seed = ops.cast(seed, "uint32") + ops.convert_to_tensor(offset)
    return keep_mask(ops.shape(weights), rate, seed)


def drop_weights(weights: Any, kept: Any, rate: float) -> Any:
    """Sets weights that are not kept to zero, and scales the others, or their gradient."""
    if kept is None:
        return weights
    return ops.where(kept, weights * (1.0 / (1.0 - rate)), ops.zeros_like(weights))


def draw_seed(rate: float, seed: Any) -> Any:
    """One seed for one call, forwards and backwards; None where nothing is dropped."""
    if rate == 0.0:
        return None
    if isinstance(seed, keras.random.SeedGenerator):
        return seed.next()
    if isinstance(seed, int):
        return ops.convert_to_tensor([seed & 0x7FFFFFFF, seed >> 31 & 0x7FFFFFFF], "int32")
    return seed


# --------------------------------------------------------------------------- blocks


def _choose_blocks(
    query: Any, key: Any, causal: bool, offset: Any, block_size: int | None
) -> tuple[list[_Block], bool]:
    queries, keys = query.shape[2], key.shape[2]
    recompute = block_size is not None
    if queries is None or keys is None:
        return [_WHOLE], recompute
    if block_size is None:
        recompute = queries * keys >= _LONG
        if recompute:
            block_size = _LONG_BLOCK
        elif causal and queries >= 2 * _SMALLEST_CAUSAL_BLOCK:
            block_size = max(_SMALLEST_CAUSAL_BLOCK, -(-queries // _CAUSAL_BLOCKS))
        else:
            block_size = queries
    blocks = []
    for number, start in enumerate(range(0, queries, block_size)):
        stop = min(start + block_size, queries)
        seen = keys
        if causal and isinstance(offset, int):
            seen = max(1, min(keys, stop + offset))
        blocks.append(_Block(number, start, stop, seen))
    return blocks, recompute


def _part(tensor: Any, block: _Block) -> Any:
    """The part of a mask or bias that concerns a block."""
    if tensor is None:
        return None
    rows = slice(block.start, block.stop) if tensor.shape[2] != 1 else slice(None)
    columns = slice(block.keys) if tensor.shape[3] != 1 else slice(None)
    return tensor[:, :, rows, columns]


def _join(parts: list[Any]) -> Any:
    return parts[0] if len(parts) == 1 else ops.concatenate(parts, axis=2)


def _add_keys(total: Any, part: Any) -> Any:
    """Adds gradients of the first keys; a later block sees as many keys or more."""
    return part if total is None else _pad_keys(total, part) + part


def _pad_keys(gradient: Any, like: Any) -> Any:
    """Zeros for the keys beyond those that have a gradient."""
    missing = ops.shape(like)[2] - ops.shape(gradient)[2]
    if not isinstance(missing, int) or missing == 0:
        return gradient
    return ops.pad(gradient, ((0, 0), (0, 0), (0, missing), (0, 0)))


def _sum_to_part(gradient: Any, bias: Any, block: _Block) -> Any:
    """Sums a block's gradient over the axes along which the bias was broadcast."""
    axes = tuple(axis for axis in range(4) if bias.shape[axis] == 1)
    if axes:
        gradient = ops.sum(gradient, axis=axes, keepdims=True)
    if block.keys is not None and bias.shape[3] not in (1, block.keys):
        gradient = ops.pad(gradient, ((0, 0), (0, 0), (0, 0), (0, ops.shape(bias)[3] - block.keys)))
    return gradient


def _join_bias(parts: list[Any], bias: Any) -> Any:
    total = sum(parts[1:], start=parts[0]) if bias.shape[2] == 1 else _join(parts)
    return ops.cast(total, bias.dtype)


# --------------------------------------------------------------------------- checks


def _to_common_dtype(*tensors: Any) -> list[Any]:
    tensors = tuple(ops.convert_to_tensor(tensor) for tensor in tensors)
    dtype = keras.backend.result_type(*(tensor.dtype for tensor in tensors), float)
    return [ops.cast(tensor, dtype) for tensor in tensors]


def _scale(scale: float | None, query: Any) -> float:
    return 1.0 / math.sqrt(query.shape[-1]) if scale is None else scale


def _attention_mask(mask: Any, query: Any, key: Any) -> Any:
    mask = as_mask("mask", mask)
    if len(mask.shape) == 2:
        mask = mask[:, None, None, :]
    elif len(mask.shape) == 3:
        mask = mask[:, None]
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
    check_dropout_rate(rate, "dropout_rate")
    if rate > 0.0 and seed is None:
        raise ValueError(
            f"Dropout needs a seed. Received: dropout_rate={rate}, dropout_seed=None. Give an "
            "integer or a keras.random.SeedGenerator."
        )
    if block_size is not None and (not isinstance(block_size, int) or block_size < 1):
        raise ValueError(
            f"`block_size` must be a positive integer or None. Received: block_size={block_size}"
        )
    if block_size is not None and return_weights:
        raise ValueError(
            "`block_size` saves memory by not keeping the weights; they cannot be returned too. "
            f"Received: block_size={block_size}, return_weights=True. Leave one of them out."
        )


def check_dropout_rate(rate: Any, name: str = "dropout") -> None:
    """Raises a ValueError unless `rate` is in `[0, 1)`."""
    if not isinstance(rate, int | float) or not 0 <= rate < 1:
        raise ValueError(
            f"`{name}` must be in [0, 1), the fraction that is set to zero. Received: {rate}"
        )
