"""The check that labels and predictions go through before they are counted."""

import numpy as np
from numpy.typing import ArrayLike


def class_indices(values: ArrayLike, name: str, num_classes: int) -> np.ndarray:
    """Check that `values` are class indices and return them as int64.

    Args:
        values: integers, `[examples]`, each from 0 to `num_classes - 1`.
        name: what to call them in an error.
        num_classes: how many classes there are.

    Returns:
        The indices, int64 `[examples]`.

    Raises:
        ValueError: if `values` has another shape, another type or another range.

    Example:
        >>> class_indices([2, 0, 1], "labels", num_classes=3)
        array([2, 0, 1])
    """
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(
            f"{name} must be class indices of shape [examples], received shape {array.shape}; "
            "use np.argmax(..., axis=-1) on probabilities or one-hot rows"
        )
    if array.size == 0:  # np.asarray([]) is float64
        return np.zeros(0, dtype=np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be integers (class indices), received {array.dtype}")
    lowest, highest = int(array.min()), int(array.max())
    if lowest < 0 or highest >= num_classes:
        raise ValueError(
            f"{name} must lie between 0 and {num_classes - 1} (num_classes={num_classes}), "
            f"received values from {lowest} to {highest}"
        )
    return array.astype(np.int64)
