"""The mistakes that a model is most certain of."""

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from kerasdl.diagnostics.class_indices import class_indices

# Probabilities in bfloat16 or from a fused softmax may pass 1 by a rounding error.
_ROUNDING = 0.01


@dataclass(frozen=True, eq=False)
class MostWrong:
    """Wrongly classified examples, the one that the model was surest of first.

    Four arrays of the same length, one entry for each example.

    Args:
        indices: where the example stands in the data, int64.
        labels: its true class, int64.
        predictions: the class that the model predicted, int64.
        probabilities: the probability it gave to that class, float64.
    """

    indices: np.ndarray
    labels: np.ndarray
    predictions: np.ndarray
    probabilities: np.ndarray

    def __len__(self) -> int:
        return len(self.indices)


def most_wrong(probabilities: ArrayLike, labels: ArrayLike, count: int) -> MostWrong:
    """Find the examples that the model got wrong with the highest probability.

    These are the examples to look at first: they show wrong labels, ambiguous
    data and what the model has not understood.

    Args:
        probabilities: one row for each example, floats `[examples, num_classes]`
            from 0 to 1 (the output of a softmax, not logits).
        labels: the true classes, integers `[examples]` from 0 to `num_classes - 1`.
        count: how many to return at most.

    Returns:
        The `count` most wrong examples, or fewer if the model made fewer
        mistakes; equal probabilities stay in the order of the data.

    Raises:
        ValueError: if the shapes do not fit, a probability is outside 0 to 1 or
            not finite, a label is no class index, or `count` is below 1.

    Example:
        >>> probabilities = [[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]
        >>> wrong = most_wrong(probabilities, labels=[1, 0, 1], count=5)
        >>> wrong.indices, wrong.probabilities
        (array([0, 1]), array([0.9, 0.6]))
    """
    try:
        count = operator.index(count)
    except TypeError:
        raise ValueError(f"count must be an integer, received {count!r}") from None
    if count < 1:
        raise ValueError(f"count must be at least 1, received {count}")
    rows = np.asarray(probabilities)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(
            f"probabilities must have shape [examples, num_classes], received {rows.shape}"
        )
    true = class_indices(labels, "labels", rows.shape[1])
    if len(true) != len(rows):
        raise ValueError(
            f"probabilities and labels must have the same length, received {len(rows)} rows "
            f"of probabilities and {len(true)} labels"
        )
    # Written so that NaN, which compares false, fails too.
    if rows.size and not (rows.min() >= 0 and rows.max() <= 1 + _ROUNDING):
        raise ValueError(
            f"probabilities must lie between 0 and 1, received values from {rows.min()} to "
            f"{rows.max()}; apply a softmax to logits first"
        )
    predicted = np.argmax(rows, axis=1)
    highest = np.take_along_axis(rows, predicted[:, np.newaxis], axis=1)[:, 0].astype(np.float64)
    wrong = np.flatnonzero(predicted != true)
    indices = wrong[np.argsort(-highest[wrong], kind="stable")][:count]
    return MostWrong(indices, true[indices], predicted[indices], highest[indices])
