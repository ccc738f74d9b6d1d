"""Attention within a sliding window, in time proportional to length times window."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.ops.attention import scaled_dot_product_attention
from kerasdl.ops.attention_chunks import join_chunks, split_chunks
from kerasdl.ops.masks import as_mask, merge_masks, sliding_window_mask

_SMALLEST_BLOCK = 32


def local_attention(
    query: Any,
    key: Any,
    value: Any,
    mask: Any = None,
    *,
    window: int,
    causal: bool = False,
    scale: float | None = None,
    dropout_rate: float = 0.0,
    dropout_seed: Any = None,
) -> Any:
    """Scaled dot-product attention to the positions less than `window` away.

    Equal to `scaled_dot_product_attention` with `sliding_window_mask`, promises included
    (Beltagy et al., 2020, "Longformer"; causal: Jiang et al., 2023, "Mistral 7B"). The
    sequence is cut into blocks about as long as the window, and each block of queries meets
    its own block of keys and the one before it (and, unless causal, the one after it).

    Args:
        query: Tensor of shape `(batch, heads, time, width)`.
        key: Tensor of shape `(batch, key heads, time, width)`.
        value: Tensor of shape `(batch, key heads, time, value width)`.
        mask: Boolean tensor of shape `(batch, time)`: which keys are real.
        window: Positive integer: with `causal`, the number of keys that a query sees,
            its own included; without, it sees `window - 1` to each side and its own.
        causal: Whether a query attends to no key after its own position.
        scale: Factor of the scores. Defaults to `1 / sqrt(width)`.
        dropout_rate: Fraction of the weights to set to zero, in `[0, 1)`.
        dropout_seed: Integer, `keras.random.SeedGenerator` or integer tensor of shape
            `(2,)`. Needed with dropout.

    Returns:
        Tensor of shape `(batch, heads, time, value width)`.

    Raises:
        ValueError: Shapes do not fit, lengths differ, or a number is out of its range.

    Example:

    >>> import keras
    >>> x = keras.random.normal((1, 2, 100, 8), seed=1)
    >>> local_attention(x, x, x, window=16, causal=True).shape
    TensorShape([1, 2, 100, 8])
    """
    check_positive_integers(window=window)
    query, key, value = (ops.convert_to_tensor(x) for x in (query, key, value))
    length = query.shape[2] if len(query.shape) == 4 else None
    if len(key.shape) == 4 and None not in (length, key.shape[2]) and length != key.shape[2]:
        raise ValueError(
            "A window slides over one sequence, so query and key must be equally long. Received: "
            f"query {tuple(query.shape)}, key {tuple(key.shape)}."
        )
    options: dict[str, Any] = {
        "scale": scale,
        "dropout_rate": dropout_rate,
        "dropout_seed": dropout_seed,
    }
    block = max(window - 1, _SMALLEST_BLOCK)
    if len(query.shape) != 4 or (length is not None and length <= 2 * block):
        # Too short to be cut; or of a wrong rank, about which the function called complains.
        near = sliding_window_mask(ops.shape(query)[-2], window=window, causal=causal)
        mask = merge_masks(near, key_mask=mask)
        return scaled_dot_product_attention(query, key, value, mask, **options)

    batch, time = ops.shape(query)[0], ops.shape(query)[2]
    real = ops.ones((batch, time), "bool") if mask is None else as_mask("mask", mask)
    near_key, near_value, near_real = (
        _with_neighbours(x, block, causal) for x in (key, value, real[:, None, :, None])
    )
    mask = ops.logical_and(ops.swapaxes(near_real, -1, -2), _band(block, window, causal))
    chunks = split_chunks(query, block)
    outputs = scaled_dot_product_attention(chunks, near_key, near_value, mask, **options)
    return join_chunks(outputs, batch, time)


def _with_neighbours(tensor: Any, block: int, causal: bool) -> Any:
    """For each block, the positions before it, in it and (unless causal) after it.

    `(batch, heads, time, width)` to `(batch * blocks, heads, 2 or 3 blocks, width)`.
    """
    chunks = split_chunks(tensor, block)
    batch, heads, _, width = ops.shape(tensor)
    chunks = ops.reshape(chunks, (batch, -1, heads, block, width))
    none = ops.zeros_like(chunks[:, :1])
    before = ops.concatenate([none, chunks[:, :-1]], axis=1)
    parts = [before, chunks]
    if not causal:
        parts.append(ops.concatenate([chunks[:, 1:], none], axis=1))
    joined = ops.concatenate(parts, axis=3)
    return ops.reshape(joined, (-1, heads, len(parts) * block, width))


def _band(block: int, window: int, causal: bool) -> Any:
    """Which keys of the blocks before, in and after its own a query of a block sees."""
    width = (2 if causal else 3) * block
    return sliding_window_mask(block, width, window=window, causal=causal, offset=block)
