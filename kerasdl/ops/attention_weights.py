"""From scores to weights: softmax, masks, dropout."""

from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from kerasdl.ops.attention_heads import grouped_scores
from kerasdl.ops.masks import causal_mask
from kerasdl.ops.precision import at_least_float32
from kerasdl.ops.random import keep_mask

# Less than any score, but finite, so that a row that is masked wholly does not turn into
# NaN before it is set to zero.
_LOWEST = -1e30


class Options(NamedTuple):
    """What holds for all queries of a call."""

    causal: bool
    offset: Any  # position of the first query among the keys
    rate: float
    seed: Any


def softmax_weights(
    query: Any, key: Any, mask: Any, bias: Any, options: Options, start: Any = 0
) -> Any:
    """The weights of all keys for some queries.

    Args:
        query: Tensor of shape `(batch, heads, queries, width)`, scaled.
        key: Tensor of shape `(batch, key heads, keys, width)`.
        mask: Boolean tensor that broadcasts to `(batch, heads, queries, keys)`, or None.
        bias: Tensor that broadcasts to the same, or None.
        options: Options of the call.
        start: Number of the first of these queries.

    Returns:
        Tensor of shape `(batch, heads, queries, keys)`, float32 or float64.
    """
    scores = at_least_float32(grouped_scores(query, key))
    if bias is not None:
        scores = scores + ops.cast(bias, scores.dtype)
    if options.causal:
        length, offset = ops.shape(query)[2], options.offset + start
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


def kept_weights(weights: Any, rate: float, seed: Any, block: Any = 0) -> Any:
    """Which weights dropout keeps.

    Args:
        weights: Tensor of weights, of which only the shape counts.
        rate: Fraction that is not kept.
        seed: Integer tensor of shape `(2,)`, from `draw_seed`; None with rate 0.
        block: Number of the block of weights; each is independent of the others.

    Returns:
        Boolean tensor, the same for the same arguments, or None with rate 0: all.
    """
    if rate == 0.0:
        return None
    # The words of a generator's seeds differ by 1 from step to step: the golden ratio
    # keeps the blocks of one step from meeting those of the next. torch has uint32, but
    # does not multiply it.
    word = "int64" if keras.backend.backend() == "torch" else "uint32"
    ratio = ops.convert_to_tensor(np.asarray(0x9E3779B9, "uint32"), word)
    seed = ops.cast(seed, word) + ops.cast(block, word) * ratio
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
