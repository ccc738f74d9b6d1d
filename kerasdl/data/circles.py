"""Two concentric circles of noisy points, and how well anybody can tell them apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kerasdl.data.array_data import ArrayData
from kerasdl.data.data_info import DataInfo
from kerasdl.data.numeric_table import sample_file

if TYPE_CHECKING:
    import numpy as np

LOCATION = "scikit-learn (generated)"
NAMES = ("outer", "inner")
FEATURES = ("x", "y")

# Generated, so the parts that measure may be as large as a precise number needs.
_COUNTS = {"validation": 2_000, "test": 10_000}


def load_circles(
    train: int = 10_000,
    noise: float = 0.1,
    factor: float = 0.5,
    seed: int = 0,
    requested: str = "circles",
) -> ArrayData:
    """Returns points on two circles around the origin, moved by normal noise.

    The outer circle has the radius 1; half of the points are on each. The test points
    are the same for every seed.

    Args:
        train: the number of points to learn from.
        noise: the standard deviation of the noise in each direction.
        factor: the radius of the inner circle, below 1.
        seed: decides the points for training and validation.
        requested: what was asked for.

    Returns:
        Inputs float32 `[points, 2]`, labels int64: 0 outer, 1 inner.

    Example:

        >>> data = load_circles(train=100)
        >>> data.info.counts, data.train[0].shape
        ({'train': 100, 'validation': 2000, 'test': 10000}, (100, 2))
    """
    import numpy as np
    import sklearn
    import sklearn.datasets

    from kerasdl.data.splitting import TEST_SEED, random_stream

    counts = {"train": train, **_COUNTS}
    streams = {
        "train": random_stream(seed, 1),
        "validation": random_stream(seed, 2),
        "test": random_stream(TEST_SEED, 3),
    }
    parts: dict[str, Any] = {}
    for split, count in counts.items():
        points, labels = sklearn.datasets.make_circles(
            count, noise=noise or None, factor=factor, random_state=streams[split]
        )
        parts[split] = (points.astype(np.float32), labels.astype(np.int64))
    info = DataInfo(
        name="circles",
        requested=requested,
        reason=f"scikit-learn's circles, radius 1 and {factor:g}, noise {noise:g}.",
        location=LOCATION,
        version=f"scikit-learn {sklearn.__version__}",
        counts=counts,
        class_names=NAMES,
        details={"features": list(FEATURES), "noise": noise, "factor": factor},
    )
    return ArrayData(info, **parts, samples=sample_file(FEATURES, parts["test"][0]))


def inner_probability(points: np.ndarray, noise: float, factor: float) -> np.ndarray:
    """Returns how probable it is that a point belongs to the inner circle.

    No classifier knows more of a point. Its distance r from the origin has the Rice
    distribution, r / noise^2 exp(-(r^2 + R^2) / (2 noise^2)) I0(r R / noise^2), where R is
    the radius of its circle (S. O. Rice, 1945).

    Args:
        points: float `[..., 2]`.
        noise: the standard deviation of the noise.
        factor: the radius of the inner circle.

    Example:

        >>> import numpy as np
        >>> inner_probability(np.array([[0.5, 0.0], [0.0, 1.0]]), 0.1, 0.5).round(3)
        array([1., 0.])
    """
    import numpy as np
    from scipy.special import expit

    inner, outer = _log_densities(np.linalg.norm(points, axis=-1), noise, factor)
    return expit(inner - outer)


def best_accuracy(noise: float, factor: float) -> float:
    """Returns the Bayes limit: the accuracy of whoever knows how the points were made.

    The integral over the distance of the larger one of the two densities, halved.

    Args:
        noise: the standard deviation of the noise; 0 for none.
        factor: the radius of the inner circle.

    >>> round(best_accuracy(0.1, 0.5), 4), best_accuracy(0.0, 0.5)
    (0.9936, 1.0)
    """
    import numpy as np

    if noise == 0:
        return 1.0
    radii = np.linspace(0, 1 + 10 * noise, 100_001)
    larger = np.exp(np.maximum(*_log_densities(radii, noise, factor)))
    return float(np.trapezoid(larger, radii) / 2)


def _log_densities(radii: np.ndarray, noise: float, factor: float) -> list[np.ndarray]:
    """Of the distance from the origin, for the inner and for the outer circle."""
    import numpy as np
    from scipy.special import i0e

    # i0e(x) is I0(x) exp(-x): the exponents together are a square, and nothing overflows.
    noise = max(noise, 1e-6)
    with np.errstate(divide="ignore"):
        return [
            np.log(radii / noise**2)
            - (radii - radius) ** 2 / (2 * noise**2)
            + np.log(i0e(radii * radius / noise**2))
            for radius in (factor, 1.0)
        ]
