"""Which class is taken for which, and how often."""

import operator

import numpy as np
from numpy.typing import ArrayLike

from kerasdl.diagnostics.class_indices import class_indices


def confusion_matrix(labels: ArrayLike, predictions: ArrayLike, num_classes: int) -> np.ndarray:
    """Count how often each class was predicted for each true class.

    A class that never occurs keeps its row and its column, so that the matrix
    always lines up with the class names. Counted by NumPy, because
    scikit-learn's function refuses empty data and warns about a single class.

    Args:
        labels: the true classes, integers `[examples]` from 0 to `num_classes - 1`.
        predictions: the predicted classes, of the same kind and length.
        num_classes: how many classes there are.

    Returns:
        int64 `[num_classes, num_classes]`: the row is the true class, the column
        the predicted one, so that right answers lie on the diagonal.

    Raises:
        ValueError: if `num_classes` is no positive integer, if the lengths
            differ, or if a value is no class index.

    Example:
        >>> confusion_matrix(labels=[0, 1, 2, 2], predictions=[0, 1, 1, 2], num_classes=3)
        array([[1, 0, 0],
               [0, 1, 0],
               [0, 1, 1]])
    """
    try:
        num_classes = operator.index(num_classes)
    except TypeError:
        raise ValueError(f"num_classes must be an integer, received {num_classes!r}") from None
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, received {num_classes}")
    true = class_indices(labels, "labels", num_classes)
    predicted = class_indices(predictions, "predictions", num_classes)
    if len(true) != len(predicted):
        raise ValueError(
            f"labels and predictions must have the same length, received {len(true)} labels "
            f"and {len(predicted)} predictions"
        )
    counts = np.bincount(true * num_classes + predicted, minlength=num_classes**2)
    return counts.reshape(num_classes, num_classes).astype(np.int64)


def per_class_accuracy(matrix: ArrayLike) -> np.ndarray:
    """Return the share of each true class that was predicted right (its recall).

    Args:
        matrix: counts as `confusion_matrix` returns them, `[num_classes, num_classes]`.

    Returns:
        float64 `[num_classes]`, each from 0 to 1; NaN for a class without examples,
        because no share of nothing is true.

    Raises:
        ValueError: if `matrix` is not square.

    Example:
        >>> per_class_accuracy([[9, 1, 0], [2, 2, 0], [0, 0, 0]])
        array([0.9, 0.5, nan])
    """
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(
            f"matrix must be square, [num_classes, num_classes], received shape {counts.shape}"
        )
    examples = counts.sum(axis=1).astype(np.float64)
    shares = np.full(len(counts), np.nan)
    return np.divide(counts.diagonal(), examples, out=shares, where=examples > 0)
