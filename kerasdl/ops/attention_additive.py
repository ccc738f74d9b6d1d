"""Additive attention."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_rates
from kerasdl.ops.attention_heads import matmul
from kerasdl.ops.attention_hiding import finish, hide
from kerasdl.ops.attention_weights import draw_seed, drop_weights, kept_weights, masked_softmax
from kerasdl.ops.masks import merge_masks


def additive_attention(
    query: Any,
    key: Any,
    value: Any,
    scale: Any,
    mask: Any = None,
    *,
    dropout_rate: float = 0.0,
    dropout_seed: Any = None,
    return_weights: bool = False,
) -> Any:
    """Averages values, weighted by a small network of query and key.

    The score is `scale . tanh(query + key)` (Bahdanau et al., 2015, "Neural machine
    translation by jointly learning to align and translate", appendix A.1.2), for query and
    key that have been projected already. It takes memory for `query time * key time * units`
    numbers. What is masked has no influence, and a query that attends to nothing gives zeros.

    Args:
        query: Tensor of shape `(batch, query time, units)`.
        key: Tensor of shape `(batch, key time, units)`.
        value: Tensor of shape `(batch, key time, width)`.
        scale: Tensor of shape `(units,)`.
        mask: Boolean tensor of shape `(batch or 1, query time or 1, key time)`, or the same
            with an axis of one head in second place.
        dropout_rate: Fraction of the weights to set to zero, in `[0, 1)`.
        dropout_seed: Integer, `keras.random.SeedGenerator` or integer tensor of shape
            `(2,)`. Needed with dropout.
        return_weights: Whether to return the weights too.

    Returns:
        Tensor of shape `(batch, query time, width)`, or, with `return_weights`, this and
        the weights before dropout, `(batch, query time, key time)`, in float32 or float64.

    Raises:
        ValueError: Shapes do not fit, or a number is out of its range.

    Example:

    >>> import keras
    >>> x = keras.random.normal((2, 5, 8), seed=1)
    >>> additive_attention(x, x, x, keras.ops.ones(8)).shape
    TensorShape([2, 5, 8])
    """
    query, key, value = (ops.convert_to_tensor(x) for x in (query, key, value))
    received = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
    if {len(x.shape) for x in (query, key, value)} != {3} or query.shape[2] != key.shape[2]:
        raise ValueError(
            "query and key must be of shape (batch, time, units), the value of shape (batch, "
            f"time, width). Received: {received}."
        )
    check_rates(dropout_rate=dropout_rate)
    query, key, value = (x[:, None] for x in (query, key, value))  # one head
    mask = merge_masks(mask)
    query, key, value, rows = hide(query, key, value, mask, causal=False)
    hidden = ops.tanh(query[:, :, :, None] + key[:, :, None])  # (batch, 1, queries, keys, units)
    column = ops.cast(ops.convert_to_tensor(scale), hidden.dtype)[:, None]
    *shape, units = ops.shape(hidden)
    scores = ops.reshape(matmul(ops.reshape(hidden, (-1, units)), column), shape)
    weights = masked_softmax(scores, mask)
    kept = kept_weights(weights, dropout_rate, draw_seed(dropout_rate, dropout_seed))
    dropped = drop_weights(weights, kept, dropout_rate)
    outputs = finish(matmul(ops.cast(dropped, value.dtype), value), rows)[:, 0]
    if not return_weights:
        return outputs
    if rows.visible is not None:
        weights = ops.where(rows.visible, weights, ops.zeros_like(weights))
    return outputs, weights[:, 0]
