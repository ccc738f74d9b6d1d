"""Attention block after block of queries, for lengths that are known when traced.

A block skips the keys that causality hides from it, and, for long sequences, forgets its
weights and computes them once more for the gradient. The gradient is written out, because
it needs fewer passes over the weights, the only large thing here, than what automatic
differentiation comes up with.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from keras import ops

from kerasdl.ops.attention_heads import grouped_scores, grouped_sum, grouped_transposed_sum
from kerasdl.ops.attention_weights import Options, drop_weights, kept_weights, softmax_weights


class Block(NamedTuple):
    """Queries `start` to `stop`, which see the first `keys` keys; None: all."""

    number: int
    start: int
    stop: int | None
    keys: int | None


WHOLE = Block(0, 0, None, None)


def split_queries(queries: int, keys: int, size: int, options: Options) -> list[Block]:
    """Cuts so many queries into blocks of `size`."""
    blocks = []
    for number, start in enumerate(range(0, queries, size)):
        stop = min(start + size, queries)
        seen = keys
        if options.causal and isinstance(options.offset, int):
            seen = max(1, min(keys, stop + options.offset))
        blocks.append(Block(number, start, stop, seen))
    return blocks


def attend_in_blocks(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    bias: Any,
    options: Options,
    blocks: list[Block],
    recompute: bool,
) -> Any:
    """Attention, with its gradient.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`, scaled.
        key: Tensor of shape `(batch, key heads, key time, width)`.
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        mask: Boolean tensor of rank 4 that broadcasts to the scores, or None.
        bias: Tensor of rank 4 that broadcasts to the scores, or None.
        options: Options of the call.
        blocks: What `split_queries` gave, or `[WHOLE]`.
        recompute: Whether to compute the weights once more for the gradient.

    Returns:
        Tensor of shape `(batch, heads, query time, value width)`.
    """

    def attend(query: Any, key: Any, value: Any, *bias: Any) -> tuple[Any, Callable[..., Any]]:
        bias_or_none = bias[0] if bias else None

        def weights_of(block: Block, after: Sequence[Any]) -> Any:
            return softmax_weights(
                once_there_are(after, query[:, :, block.start : block.stop]),
                key[:, :, : block.keys],
                _part(mask, block),
                _part(bias_or_none, block),
                options,
                block.start,
            )

        outputs: list[Any] = []
        saved: list[Any] = []
        for block in blocks:
            weights = weights_of(block, after=outputs[-1:] if recompute else ())
            saved.append(None if recompute else weights)
            kept = kept_weights(weights, options.rate, options.seed, block.number)
            dropped = drop_weights(weights, kept, options.rate)
            outputs.append(grouped_sum(dropped, value[:, :, : block.keys]))

        def gradient(*upstream: Any, **keywords: Any) -> tuple[Any, ...]:
            d_outputs = upstream[-1] if upstream else keywords["upstream"]
            d_query: list[Any] = []
            d_bias: list[Any] = []
            d_key: Any = None
            d_value: Any = None
            for i, block in enumerate(blocks):
                block_key, block_value = key[:, :, : block.keys], value[:, :, : block.keys]
                block_query = query[:, :, block.start : block.stop]
                d_output = d_outputs[:, :, block.start : block.stop]
                weights = saved[i]
                if recompute:
                    earlier = [d_key, d_value, d_query[-1]] if i else [d_outputs]
                    weights = weights_of(block, after=earlier)
                    d_output = once_there_are(earlier, d_output)
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


def once_there_are(earlier: Sequence[Any], tensor: Any) -> Any:
    """Makes a tensor wait for others, by adding zero times them, as it were.

    Without that, a graph computes all blocks at the same time, or, finding that what is
    computed for the gradient was computed before, keeps it: no memory would be saved.
    """
    if not earlier:
        return tensor
    first = ops.stack([ops.cast(ops.reshape(x, (-1,))[0], tensor.dtype) for x in earlier])
    first = ops.where(ops.isnan(first), ops.zeros_like(first), ops.abs(first))
    return tensor + ops.minimum(ops.max(first), 0.0)


def _part(tensor: Any, block: Block) -> Any:
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


def _sum_to_part(gradient: Any, bias: Any, block: Block) -> Any:
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
