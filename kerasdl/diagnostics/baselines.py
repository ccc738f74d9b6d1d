"""What something simple reaches on the same examples, so that a number means something."""

from typing import Any

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


def nearest_mean_accuracy(
    train: tuple[ArrayLike, ArrayLike], test: tuple[ArrayLike, ArrayLike]
) -> float:
    """Returns the accuracy of saying the class whose mean is nearest.

    Args:
        train: examples `[examples, ...]`, such as images, and class indices `[examples]`.
        test: the same, of examples that were not seen.

    >>> nearest_mean_accuracy(([[0], [2], [8]], [0, 0, 1]), ([[1], [4], [7]], [0, 1, 1]))
    0.6666666666666666
    """
    examples, labels = map(np.asarray, train)
    classes = np.unique(labels)
    means = np.stack([examples[labels == name].mean(axis=0).ravel() for name in classes])
    # Of |x - mean|^2, what differs between the classes.
    offsets = (means**2).sum(axis=1) / 2
    unseen, truth = map(np.asarray, test)
    # Part by part: as floats, images take many times the memory.
    parts = np.array_split(unseen, max(1, len(unseen) // 1_000))
    scores = [part.reshape(len(part), -1) @ means.T - offsets for part in parts]
    nearest = classes[np.concatenate(scores).argmax(axis=1)]
    return float((nearest == truth).mean())


def image_baselines(data: Any) -> dict[str, dict[str, float]]:
    """Returns what a classifier of images should at least beat, as `baselines` of a recipe.

    Args:
        data: labelled images, `kerasdl.data.ImageData`.
    """
    train, test = data.arrays("train"), data.arrays("test")
    found = {
        "majority class": majority_accuracy(train[1], test[1]),
        "nearest class mean": nearest_mean_accuracy(train, test),
    }
    return {name: {"accuracy": accuracy} for name, accuracy in found.items()}
