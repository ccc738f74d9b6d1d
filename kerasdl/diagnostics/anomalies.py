"""How well an error tells what is unlike anything seen in training."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class RocCurve:
    """What a detector finds, against what it raises false alarms for, at every threshold.

    Args:
        false_positives: share of the normal examples above the threshold, rising from 0 to 1.
        true_positives: share of the anomalies above the same threshold.
        area: under the curve: how probably an anomaly's score is above that of a normal
            example; 0.5 for guessing.
    """

    false_positives: np.ndarray
    true_positives: np.ndarray
    area: float


def roc_curve(normal: np.ndarray, anomalies: np.ndarray) -> RocCurve:
    """Returns the curve of scores, of which anomalies should have the higher ones.

    Args:
        normal: scores of normal examples, `[n]`.
        anomalies: scores of anomalies, `[m]`.

    Example:

    >>> roc_curve(normal=np.array([0.1, 0.2, 0.3]), anomalies=np.array([0.25, 0.9])).area
    0.8333333333333334
    """
    from sklearn.metrics import auc
    from sklearn.metrics import roc_curve as points

    is_anomaly = np.r_[np.zeros(len(normal)), np.ones(len(anomalies))]
    false_positives, true_positives, _ = points(is_anomaly, np.r_[normal, anomalies])
    return RocCurve(false_positives, true_positives, float(auc(false_positives, true_positives)))


def detection(reconstruct: Any, normal: np.ndarray, anomalies: np.ndarray) -> RocCurve:
    """Returns how well the error of reconstructions tells anomalies.

    Args:
        reconstruct: from uint8 images to float images from 0 to 1.
        normal: uint8 images `[n, height, width, channels]` like those seen in training.
        anomalies: uint8 images of another kind.

    Example:

    >>> forget_white = lambda images: np.minimum(images / 255, 0.5)
    >>> black, white = np.zeros((3, 2, 2, 1), "uint8"), np.full((2, 2, 2, 1), 255, "uint8")
    >>> detection(forget_white, black, white).area
    1.0
    """
    return roc_curve(
        *(mean_squared_errors(reconstruct(images), images / 255) for images in (normal, anomalies))
    )


def detections(fit: Callable[[Any], Any], data: Any, class_name: str | None) -> dict[str, RocCurve]:
    """Returns how well models tell classes that they have not seen, by class.

    Args:
        fit: from data to a function that reconstructs, fitted to its training images.
        data: a `kerasdl.data.ReconstructionData`.
        class_name: the class that `data` leaves out; `"each"` to leave out each class of
            `data` in turn, and to fit as often; None for no class, and so no curve.
    """
    if class_name is None:
        return {}
    parts = {class_name: data}
    if class_name == "each":
        parts = {name: data.without(name) for name in data.info.class_names}
    return {
        name: detection(fit(part), part.source.test.images, part.anomalies)
        for name, part in parts.items()
    }


def detection_areas(curves: Mapping[str, RocCurve]) -> dict[str, float]:
    """Returns the area under each curve as `auc_NAME`, and of several `auc_mean`."""
    areas = {f"auc_{name}": curve.area for name, curve in curves.items()}
    return areas | ({"auc_mean": float(np.mean([*areas.values()]))} if len(areas) > 1 else {})


def mean_squared_errors(outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Returns the mean squared difference of each example, float64 `[n]`.

    >>> mean_squared_errors(np.array([[1.0, 1.0], [0.0, 3.0]]), np.zeros((2, 2)))
    array([1. , 4.5])
    """
    squares = np.square(np.asarray(outputs, np.float64) - targets)
    return squares.reshape(len(squares), -1).mean(axis=1)


def principal_components(train: np.ndarray, count: int) -> Any:
    """Returns the best linear autoencoder: a function from examples to reconstructions.

    Principal component analysis, fitted to `train`: no linear bottleneck of `count` numbers has
    a smaller squared error on it (Baldi & Hornik 1989).

    Args:
        train: `[n, ...]`; uint8 is taken for values / 255.
        count: width of the bottleneck, cut to what there is.

    Returns:
        Function from `[m, ...]` to float32 `[m, ...]`.

    Example:

    >>> line = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0]])
    >>> reconstruct = principal_components(line, 1)
    >>> reconstruct(np.array([[3.0, 6.0]])).round(3)
    array([[3., 6.]], dtype=float32)
    """
    from sklearn.decomposition import PCA

    def flat(examples: np.ndarray) -> np.ndarray:
        rows = np.asarray(examples).reshape(len(examples), -1)
        return rows.astype(np.float32) / 255 if rows.dtype == np.uint8 else rows

    rows = flat(train)
    count = min(count, *rows.shape)
    analysis = PCA(count, svd_solver="covariance_eigh").fit(rows)

    def reconstruct(examples: np.ndarray) -> np.ndarray:
        found = analysis.inverse_transform(analysis.transform(flat(examples)))
        return found.reshape(np.shape(examples)).astype(np.float32)

    return reconstruct
