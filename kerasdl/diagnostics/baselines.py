"""What something simple reaches on the same examples, so that a number means something."""

import numpy as np
from numpy.typing import ArrayLike


def majority_accuracy(train_labels: ArrayLike, test_labels: ArrayLike) -> float:
    """Returns the accuracy of always saying the commonest class of the training examples.

    Args:
        train_labels: class indices `[examples]`.
        test_labels: class indices `[examples]`.

    >>> majority_accuracy([0, 1, 1], [1, 0, 1, 1])
    0.75
    """
    commonest = np.bincount(np.asarray(train_labels)).argmax()
    return float((np.asarray(test_labels) == commonest).mean())


def linear_accuracy(
    train: tuple[ArrayLike, ArrayLike], test: tuple[ArrayLike, ArrayLike], iterations: int = 200
) -> float:
    """Returns the accuracy of a logistic regression on standardised numbers.

    Args:
        train: numbers `[examples, features]` and class indices `[examples]`.
        test: the same, of examples that were not seen.
        iterations: how many steps it may take.

    >>> linear_accuracy(([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1]), ([[-1.0], [4.0]], [0, 1]))
    1.0
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=iterations))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # close enough for a comparison
        classifier.fit(*train)
    return float(classifier.score(*test))
