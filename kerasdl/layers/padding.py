"""Padding masks, `(batch, time)`, True = keep: what layers do with them first and last."""

from typing import Any

from keras import ops


def merge_padding(mask: Any, other: Any) -> Any:
    """Two padding masks `(batch, time)`, either of which may be None, merged by AND.

    Raises:
        ValueError: If the mask is not of rank 2.
    """
    if mask is None:
        mask, other = other, None
    if mask is None:
        return None
    if len(mask.shape) != 2:
        raise ValueError(
            f"Received a padding mask of shape {tuple(mask.shape)}. Expected (batch, time); give "
            "a mask over pairs of positions as `attention_mask`."
        )
    mask = ops.cast(mask, "bool")
    return mask if other is None else ops.logical_and(mask, ops.cast(other, "bool"))


def zero_padding(inputs: Any, mask: Any) -> Any:
    """Puts zeros at masked positions, so that inf and NaN there reach no weight's gradient."""
    if mask is None:
        return inputs
    return ops.where(ops.expand_dims(mask, -1), inputs, ops.zeros_like(inputs))
