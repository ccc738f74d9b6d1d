"""Two interleaving half circles of noisy points."""

from kerasdl.data.array_data import ArrayData
from kerasdl.data.data_info import DataInfo

FEATURES = ("x", "y")
_COUNTS = {"train": 50_000, "validation": 5_000, "test": 10_000}


def load_moons(noise: float = 0.05, seed: int = 0, requested: str = "moons") -> ArrayData:
    """Returns points on two interleaving half circles, as inputs and as targets.

    A plane curve that bends twice runs close to all of them; a straight line does not.
    The test points are the same for every seed.

    Args:
        noise: the standard deviation of the noise in each direction.
        seed: decides the points for training and validation.
        requested: what was asked for.

    Returns:
        float32 `[points, 2]`, both as inputs and as targets.

    Example:

        >>> inputs, targets = load_moons().test
        >>> inputs.shape, inputs.dtype.name, inputs is targets
        ((10000, 2), 'float32', True)
    """
    import numpy as np
    import sklearn
    import sklearn.datasets

    from kerasdl.data.splitting import TEST_SEED, random_stream

    streams = {
        "train": random_stream(seed, 1),
        "validation": random_stream(seed, 2),
        "test": random_stream(TEST_SEED, 3),
    }
    points = {}
    for split, count in _COUNTS.items():
        made, _ = sklearn.datasets.make_moons(
            count, noise=noise or None, random_state=streams[split]
        )
        points[split] = made.astype(np.float32)
    info = DataInfo(
        name="moons",
        requested=requested,
        reason=f"scikit-learn's moons, noise {noise:g}.",
        location="scikit-learn (generated)",
        version=f"scikit-learn {sklearn.__version__}",
        counts=dict(_COUNTS),
        details={"features": list(FEATURES), "noise": noise},
    )
    rows = "".join(f"{x:.4f},{y:.4f}\n" for x, y in points["test"][:3])
    train, validation, test = ((values, values) for values in points.values())
    return ArrayData(
        info,
        train,
        validation,
        test,
        samples={"points.csv": ",".join(FEATURES) + "\n" + rows},
    )
