"""Attention in a loop over blocks of queries, for lengths that are not known when traced.

The same as `attention_blocks` with weights that are computed once more for the gradient,
except that a loop's steps are all alike: none skips keys, and the last one may compute rows
that are not wanted.
"""

from collections.abc import Callable
from typing import Any

from keras import ops

from kerasdl.ops.attention_heads import grouped_scores, grouped_sum, grouped_transposed_sum
from kerasdl.ops.attention_weights import Options, drop_weights, kept_weights, softmax_weights
from kerasdl.ops.precision import at_least_float32


def attend_in_loop(
    query: Any,
    key: Any,
    value: Any,
    mask: Any,
    bias: Any,
    options: Options,
    size: int,
) -> Any:
    """Attention, with its gradient.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`, scaled.
        key: Tensor of shape `(batch, key heads, key time, width)`.
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        mask: Boolean tensor of rank 4 that broadcasts to the scores, or None.
        bias: Tensor of rank 4 that broadcasts to the scores, or None.
        options: Options of the call.
        size: Number of queries in a block.

    Returns:
        Tensor of shape `(batch, heads, query time, value width)`.
    """
    length = ops.shape(query)[2]
    count = (length + size - 1) // size

    def attend(query: Any, key: Any, value: Any, *bias: Any) -> tuple[Any, Callable[..., Any]]:
        def weights_of(number: Any) -> Any:
            rows = number * size + ops.arange(size, dtype="int32")
            return softmax_weights(
                _take(query, rows),
                key,
                None if mask is None else _take(mask, rows),
                _take(bias[0], rows) if bias else None,
                options,
                number * size,
            )

        def forward(number: Any, outputs: Any) -> tuple[Any, Any]:
            weights = weights_of(number)
            kept = kept_weights(weights, options.rate, options.seed, number)
            output = grouped_sum(drop_weights(weights, kept, options.rate), value)
            return number + 1, _put(outputs, output, number * size)

        batch, heads, _, width = ops.shape(query)
        outputs = ops.zeros((batch, heads, count * size, ops.shape(value)[3]), value.dtype)
        outputs = _loop(forward, count, outputs)[0]

        def gradient(*upstream: Any, **keywords: Any) -> tuple[Any, ...]:
            d_outputs = upstream[-1] if upstream else keywords["upstream"]

            def backward(number: Any, *totals: Any) -> tuple[Any, ...]:
                d_query, d_key, d_value, *d_bias = totals
                rows = number * size + ops.arange(size, dtype="int32")
                d_output = _take(d_outputs, rows)
                d_output = ops.where((rows < length)[:, None], d_output, ops.zeros_like(d_output))
                weights = weights_of(number)
                kept = kept_weights(weights, options.rate, options.seed, number)
                d_dropped = ops.cast(grouped_scores(d_output, value), weights.dtype)
                d_weights = drop_weights(d_dropped, kept, options.rate)
                shared = ops.sum(
                    ops.cast(d_output, weights.dtype)
                    * ops.cast(_take(outputs, rows), weights.dtype),
                    axis=-1,
                    keepdims=True,
                )
                d_scores = weights * (d_weights - shared)
                dropped = drop_weights(weights, kept, options.rate)
                if d_bias:
                    axes = tuple(axis for axis in range(4) if bias[0].shape[axis] == 1)
                    part = ops.sum(d_scores, axis=axes, keepdims=True) if axes else d_scores
                    if 2 in axes:
                        d_bias = [d_bias[0] + part]
                    else:
                        d_bias = [_put(d_bias[0], part, number * size)]
                d_scores = ops.cast(d_scores, query.dtype)
                return (
                    number + 1,
                    _put(d_query, grouped_sum(d_scores, key), number * size),
                    d_key + grouped_transposed_sum(d_scores, _take(query, rows), key),
                    d_value + grouped_transposed_sum(dropped, d_output, value),
                    *d_bias,
                )

            starts = [
                ops.zeros((batch, heads, count * size, width), query.dtype),
                ops.zeros_like(key),
                ops.zeros_like(value),
            ]
            for tensor in bias:
                sizes = list(ops.shape(tensor))
                sizes[2] = sizes[2] if tensor.shape[2] == 1 else count * size
                starts.append(at_least_float32(ops.zeros(sizes, query.dtype)))
            d_query, d_key, d_value, *d_bias = _loop(backward, count, *starts)
            d_bias = [
                ops.cast(total[:, :, : ops.shape(tensor)[2]], tensor.dtype)
                for total, tensor in zip(d_bias, bias, strict=True)
            ]
            return d_query[:, :, :length], d_key, d_value, *d_bias

        return outputs[:, :, :length], gradient

    tensors = (query, key, value) if bias is None else (query, key, value, bias)
    return ops.custom_gradient(attend)(*tensors)


def _loop(step: Callable[..., Any], count: Any, *starts: Any) -> list[Any]:
    def is_left(number: Any, *_: Any) -> Any:
        return number < count

    return list(ops.while_loop(is_left, step, (ops.zeros((), "int32"), *starts)))[1:]


def _take(tensor: Any, rows: Any) -> Any:
    """Some rows of a tensor; beyond the last one, that; of one row for all, that."""
    if tensor.shape[2] == 1:
        return tensor
    return ops.take(tensor, ops.minimum(rows, ops.shape(tensor)[2] - 1), axis=2)


def _put(tensor: Any, rows: Any, start: Any) -> Any:
    return ops.slice_update(tensor, (0, 0, start, 0), ops.cast(rows, tensor.dtype))
