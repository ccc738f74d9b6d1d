"""Points of a latent space that are worth a picture."""

from typing import Any

import numpy as np

from kerasdl.arguments import check_positive_integers


def latent_plane(size: int, mean: np.ndarray, axes: tuple[int, int] = (0, 1)) -> np.ndarray:
    """A grid in a plane of a latent space, as dense as N(0, I) is there.

    The coordinates are quantiles of the normal distribution, so that equal areas of
    the picture are equally probable.

    Args:
        size: points along each side.
        mean: the point of the plane in its middle, `[latent_size]`; the origin, or
            another for a slice through it.
        axes: the two dimensions that vary: the first down the rows, the second along
            the columns.

    Returns:
        float32 `[size, size, latent_size]`.

    Example:

    >>> latent_plane(3, np.zeros(2))[:, 1, 0].round(2)
    array([-0.97,  0.  ,  0.97], dtype=float32)
    """
    from scipy.stats import norm

    check_positive_integers(size=size)
    quantiles = norm.ppf((np.arange(size) + 0.5) / size)
    points = np.tile(np.asarray(mean, np.float32), (size, size, 1))
    points[..., axes[0]] = quantiles[:, np.newaxis]
    if len(mean) > 1:
        points[..., axes[1]] = quantiles[np.newaxis, :]
    return points


def interpolate(start: np.ndarray, end: np.ndarray, steps: int) -> np.ndarray:
    """Points on the straight lines between pairs of points, both ends included.

    Args:
        start: `[n, latent_size]`.
        end: `[n, latent_size]`.
        steps: points on each line, at least 2.

    Returns:
        `[n, steps, latent_size]`.

    Example:

    >>> interpolate(np.array([[0.0]]), np.array([[4.0]]), 3)[0, :, 0].tolist()
    [0.0, 2.0, 4.0]
    """
    fraction = np.linspace(0, 1, steps)[:, np.newaxis]
    return start[:, np.newaxis] * (1 - fraction) + end[:, np.newaxis] * fraction


def decode_images(decoder: Any, latents: np.ndarray) -> np.ndarray:
    """The images of any arrangement of codes.

    Args:
        decoder: A model from codes `[n, latent_size]` to logits of pixels, as
            `kerasdl.models` has them.
        latents: `[..., latent_size]`.

    Returns:
        float `[..., height, width, channels]`, values 0 to 1.
    """
    from scipy.special import expit

    latents = np.asarray(latents, np.float32)
    codes = latents.reshape(-1, latents.shape[-1])
    pixels = expit(decoder.predict(codes, batch_size=256, verbose=0))
    return pixels.reshape(*latents.shape[:-1], *pixels.shape[1:])


def widest_axes(codes: np.ndarray) -> tuple[int, int]:
    """The two dimensions in which codes differ most, those that carry most.

    Args:
        codes: `[n, latent_size]`; where `latent_size` is 1, that dimension twice.

    Example:

    >>> widest_axes(np.array([[0.0, 5.0, 1.0], [0.1, -5.0, 3.0]]))
    (1, 2)
    """
    order = np.argsort(-np.var(codes, axis=0), kind="stable")
    return int(order[0]), int(order[min(1, len(order) - 1)])


def curves_through(model: Any, points: np.ndarray, steps: int = 500) -> dict[str, np.ndarray]:
    """All that an autoencoder of one number can give back: a curve. PCA's is a line.

    Args:
        model: with layers `encoder`, to a dictionary with `latents`, and `decoder`.
        points: `[n, features]`; the curves go as far as they do.
        steps: points on a curve.

    Returns:
        `autoencoder` and `PCA`, each `[steps, features]`, in order.
    """
    from sklearn.decomposition import PCA

    def between(codes: np.ndarray) -> np.ndarray:
        return np.linspace(codes.min(), codes.max(), steps, dtype=np.float32)[:, np.newaxis]

    latents = model.get_layer("encoder").predict(points, batch_size=1024, verbose=0)["latents"]
    curve = model.get_layer("decoder").predict(between(latents[:, 0]), batch_size=1024, verbose=0)
    linear = PCA(1).fit(points)
    line = linear.inverse_transform(between(linear.transform(points)))
    return {"autoencoder": curve, "PCA": line}
