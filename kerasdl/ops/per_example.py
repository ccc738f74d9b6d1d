"""One number per example: sums over everything but the batch axis, under a mask."""

from typing import Any

from keras import ops


def expand_mask(mask: Any, like: Any) -> Any:
    """Appends axes of size one to a boolean mask until it broadcasts to `like`.

    Args:
        mask: Boolean tensor whose shape is a prefix of the shape of `like`, for
            example `[batch, time]`; True = keep.
        like: Tensor of rank at least that of the mask.

    Returns:
        The mask, with the rank of `like`.

    Raises:
        ValueError: If the mask has more axes than `like`.
    """
    mask = ops.cast(mask, "bool")
    missing = len(like.shape) - len(mask.shape)
    if missing < 0:
        raise ValueError(
            f"The mask has shape {tuple(mask.shape)}, more axes than the tensor it masks, of shape "
            f"{tuple(like.shape)}. Pass a mask over the leading axes, such as [batch, time]."
        )
    return ops.reshape(mask, (*ops.shape(mask), *(1,) * missing))


def sum_per_example(values: Any, mask: Any = None) -> Any:
    """Sums a tensor over every axis but the first.

    Args:
        values: Tensor `[batch, ...]`.
        mask: Optional boolean tensor over the leading axes; what it excludes
            (False) is left out, even if it is inf or NaN.

    Returns:
        Tensor `[batch]`.
    """
    if mask is not None:
        values = ops.where(expand_mask(mask, values), values, ops.zeros_like(values))
    return ops.sum(values, axis=tuple(range(1, len(values.shape))))


def replace_masked(values: Any, mask: Any) -> Any:
    """Puts zeros where the mask is False, so that inf and NaN there reach no gradient.

    Args:
        values: Tensor `[batch, ...]`.
        mask: Boolean tensor over the leading axes, or None for no change.

    Returns:
        Tensor with the shape and dtype of `values`.
    """
    if mask is None:
        return values
    return ops.where(expand_mask(mask, values), values, ops.zeros_like(values))


def check_same_shape(**tensors: Any) -> None:
    """Checks that the known sizes of the named tensors agree.

    Raises:
        ValueError: If two of them differ in rank or in a known size.
    """
    shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
    first, *others = shapes.values()
    for other in others:
        agree = len(first) == len(other) and all(
            a is None or b is None or a == b for a, b in zip(first, other, strict=True)
        )
        if not agree:
            received = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
            raise ValueError(
                f"Expected tensors of one shape. Received {received}. "
                "Reshape them before the call; they are not broadcast."
            )
