"""Attention in time proportional to the length: linear attention and Performer.

Both replace `exp(query . key)` by a product of features, `f(query) . f(key)`. The sum over
keys of features times values can then be taken once, for all queries.
"""

import math
from typing import Any

import numpy as np
from keras import ops

from kerasdl.ops.attention_chunks import join_chunks, split_chunks
from kerasdl.ops.attention_heads import grouped_scores, grouped_sum, matmul
from kerasdl.ops.attention_hiding import finish, hide
from kerasdl.ops.masks import as_mask, causal_mask
from kerasdl.ops.precision import at_least_float32

_CHUNK = 64
_LOWEST = -1e30


def linear_attention(
    query: Any, key: Any, value: Any, mask: Any = None, *, causal: bool = False
) -> Any:
    """Attention whose weights are products of features, `elu(x) + 1` (Katharopoulos et al., 2020).

    `output[i] = f(q[i]) . sum_j f(k[j]) v[j]^T / (f(q[i]) . sum_j f(k[j]))`, over all `j`, or
    over `j <= i` if causal ("Transformers are RNNs", equations 5 and 12). Computed in
    float32 (float64 stays). As everywhere in kerasdl, queries that attend to nothing give
    zeros, and what is masked has no influence, whatever it holds.

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`.
        key: Tensor of shape `(batch, key heads, key time, width)`.
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        mask: Boolean tensor of shape `(batch, key time)`: which keys are real.
        causal: Whether a query attends to no key after its own position.

    Returns:
        Tensor of shape `(batch, heads, query time, value width)`, in the dtype of the value.

    Raises:
        ValueError: Shapes do not fit, or a causal query is not as long as its key.

    Example:

    >>> import keras
    >>> x = keras.random.normal((1, 2, 100, 8), seed=1)
    >>> linear_attention(x, x, x, causal=True).shape
    TensorShape([1, 2, 100, 8])
    """

    def features(query: Any, key: Any, real: Any) -> tuple[Any, Any]:
        del real
        return ops.elu(query) + 1.0, ops.elu(key) + 1.0

    return _attend(query, key, value, mask, causal, features)


def performer_attention(
    query: Any,
    key: Any,
    value: Any,
    projection: Any,
    mask: Any = None,
    *,
    causal: bool = False,
    scale: float | None = None,
) -> Any:
    """Approximates softmax attention by positive random features (FAVOR+).

    `exp(q . k)` is the expectation, over normal `w`, of `exp(w . q - |q|^2 / 2)` times the
    same of `k` (Choromanski et al., 2021, "Rethinking attention with Performers", lemma 1);
    the mean over the rows of `projection` takes its place. Computed in float32 (float64 stays).

    Args:
        query: Tensor of shape `(batch, heads, query time, width)`.
        key: Tensor of shape `(batch, key heads, key time, width)`.
        value: Tensor of shape `(batch, key heads, key time, value width)`.
        projection: Tensor of shape `(features, width)`: see `orthogonal_gaussian`.
        mask: Boolean tensor of shape `(batch, key time)`: which keys are real.
        causal: Whether a query attends to no key after its own position.
        scale: Factor of the scores. Defaults to `1 / sqrt(width)`.

    Returns:
        Tensor of shape `(batch, heads, query time, value width)`, in the dtype of the value.

    Raises:
        ValueError: Shapes do not fit, or a causal query is not as long as its key.

    Example:

    >>> import keras
    >>> x = keras.random.normal((1, 2, 100, 8), seed=1)
    >>> performer_attention(x, x, x, orthogonal_gaussian(64, 8, seed=1)).shape
    TensorShape([1, 2, 100, 8])
    """
    width = ops.convert_to_tensor(query).shape[-1]
    root = math.sqrt(1.0 / math.sqrt(width) if scale is None else scale)

    def exponents(x: Any) -> Any:
        x = x * root
        rows = ops.cast(ops.convert_to_tensor(projection), x.dtype)
        norm = ops.sum(ops.square(x), axis=-1, keepdims=True) / 2.0
        return (
            matmul(x, ops.broadcast_to(rows, (*ops.shape(x)[:2], *rows.shape)), False, True) - norm
        )

    def features(query: Any, key: Any, real: Any) -> tuple[Any, Any]:
        # A factor of a query, or one of all keys of a head, cancels between numerator and
        # denominator; these keep the exponentials within range.
        query, key = exponents(query), exponents(key)
        if real is not None:
            key = ops.where(real, key, ops.cast(_LOWEST, key.dtype))
        largest = ops.max(query, axis=-1, keepdims=True), ops.max(key, axis=(2, 3), keepdims=True)
        query = ops.exp(query - ops.stop_gradient(largest[0]))
        return query, ops.exp(key - ops.stop_gradient(largest[1]))

    return _attend(query, key, value, mask, causal, features)


def orthogonal_gaussian(num_features: int, width: int, seed: int | None = None) -> np.ndarray:
    """Normal random rows that are orthogonal in groups of `width`.

    Each row is normally distributed, but those of a group do not repeat each other, which
    lowers the variance of the features (Choromanski et al., 2021, section 2.4).

    Args:
        num_features: Number of rows.
        width: Number of columns.
        seed: Integer; None for a new result each time.

    Returns:
        float64 array of shape `(num_features, width)`.

    Example:

    >>> rows = orthogonal_gaussian(2, 4, seed=1)
    >>> abs(float(rows[0] @ rows[1])) < 1e-9
    True
    """
    generator = np.random.default_rng(seed)
    groups = -(-num_features // width)
    directions = [_random_rotation(generator, width) for _ in range(groups)]
    # The norms that independent normal rows would have.
    norms = np.linalg.norm(generator.normal(size=(num_features, width)), axis=1)
    return np.concatenate(directions)[:num_features] * norms[:, None]


def _random_rotation(generator: np.random.Generator, width: int) -> np.ndarray:
    q, r = np.linalg.qr(generator.normal(size=(width, width)))
    # Only with these signs are all rotations (and reflections) equally probable.
    return q * np.sign(np.diag(r))


def _attend(query: Any, key: Any, value: Any, mask: Any, causal: bool, features: Any) -> Any:
    query, key, value = (ops.convert_to_tensor(x) for x in (query, key, value))
    _check_shapes(query, key, value, mask, causal)
    dtype = value.dtype
    query, key, value = (at_least_float32(x) for x in (query, key, value))
    real = None
    if mask is not None:
        mask = ops.expand_dims(as_mask("mask", mask), (1, 2))
        real = ops.swapaxes(mask, -1, -2)
        key = ops.where(real, key, ops.zeros_like(key))
        value = ops.where(real, value, ops.zeros_like(value))
    query, key, value, rows = hide(query, key, value, mask, causal)
    query, key = features(query, key, real)
    if real is not None:
        key = ops.where(real, key, ops.zeros_like(key))
    # A column of ones among the values gives the denominator along with the numerator.
    value = ops.concatenate([value, ops.ones_like(value[..., :1])], axis=-1)
    sums = _causal_sums(query, key, value) if causal else _sums(query, key, value)
    denominator = sums[..., -1:]
    outputs = sums[..., :-1] / ops.where(denominator > 0.0, denominator, 1.0)
    return ops.cast(finish(outputs, rows), dtype)


def _sums(query: Any, key: Any, value: Any) -> Any:
    return grouped_sum(query, matmul(key, value, transpose_a=True))


def _causal_sums(query: Any, key: Any, value: Any) -> Any:
    """Within a chunk by pairs, over the chunks before it by their sums."""
    batch, time = ops.shape(query)[0], ops.shape(query)[2]
    query, key, value = (split_chunks(x, _CHUNK) for x in (query, key, value))
    scores = grouped_scores(query, key)
    scores = ops.where(causal_mask(_CHUNK), scores, ops.zeros_like(scores))
    within = grouped_sum(scores, value)
    states = matmul(key, value, transpose_a=True)
    _, heads, features, width = ops.shape(states)
    states = ops.reshape(states, (batch, -1, heads, features, width))
    before = ops.concatenate([ops.zeros_like(states[:, :1]), states[:, :-1]], axis=1)
    before = ops.reshape(ops.cumsum(before, axis=1), (-1, heads, features, width))
    return join_chunks(within + grouped_sum(query, before), batch, time)


def _check_shapes(query: Any, key: Any, value: Any, mask: Any, causal: bool) -> None:
    received = f"query {tuple(query.shape)}, key {tuple(key.shape)}, value {tuple(value.shape)}"
    if {len(x.shape) for x in (query, key, value)} != {4}:
        raise ValueError(
            "query, key and value must be of rank 4, (batch, heads, time, width). "
            f"Received: {received}."
        )
    lengths = query.shape[2], key.shape[2], value.shape[2]
    if 0 in lengths:
        raise ValueError(
            f"Attention over an empty time axis is undefined. Received: {received}. "
            "Leave such sequences out, or pad them and mask the padding."
        )
    if query.shape[3] != key.shape[3] or query.shape[1] % key.shape[1]:
        raise ValueError(
            "query and key must be equally wide, and the query's heads a multiple of the key's. "
            f"Received: {received}."
        )
    if key.shape[1] != value.shape[1] or _differ(lengths[1], lengths[2]):
        raise ValueError(
            "key and value must have the same heads and time: each value belongs to one key. "
            f"Received: {received}."
        )
    if causal and _differ(lengths[0], lengths[1]):
        raise ValueError(
            "Causal linear attention runs along one sequence, so query and key must be equally "
            f"long. Received: {received}."
        )
    if mask is not None and (len(mask.shape) != 2 or _differ(mask.shape[1], lengths[1])):
        raise ValueError(
            f"`mask` must be of shape (batch, key time), key time = {lengths[1]}. Received shape "
            f"{tuple(mask.shape)}. Weights of single pairs are never computed here."
        )


def _differ(a: int | None, b: int | None) -> bool:
    return a is not None and b is not None and a != b
