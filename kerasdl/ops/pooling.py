"""Pooling of images of any size to outputs of one size."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from kerasdl.arguments import check_choice
from kerasdl.ops.precision import at_least_float32

POOLINGS = ("max", "average")


def spatial_pyramid_pool(
    images: Any, levels: Sequence[int] = (1, 2, 4), pooling: str = "max"
) -> Any:
    """Pools an image over grids of 1 x 1, 2 x 2, 4 x 4... cells of the whole image.

    Cell i of n covers the pixels from floor(i * size / n) up to
    ceil((i + 1) * size / n): for sizes that n does not divide, neighbours share a
    pixel, and no cell is ever empty (He et al. 2014,
    https://arxiv.org/abs/1406.4729, appendix A).

    Args:
        images: Float tensor `[batch, height, width, channels]`; the sizes may be
            unknown until run time.
        levels: The n of each grid.
        pooling: `"max"` or `"average"`.

    Returns:
        Tensor `[batch, sum(n * n) * channels]` with the dtype of the images: level
        by level, row by row, cell by cell, channels last.

    Raises:
        ValueError: If the images are not of rank 4 or empty, a level is below 1 or
            the pooling unknown.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> image = np.arange(9.0).reshape(1, 3, 3, 1)
    >>> ops.spatial_pyramid_pool(image, levels=(1, 2)).numpy().tolist()
    [[8.0, 4.0, 5.0, 7.0, 8.0]]
    """
    images = ops.convert_to_tensor(images)
    check_pyramid(levels, pooling)
    if len(images.shape) != 4 or 0 in tuple(images.shape)[1:]:
        raise ValueError(
            f"Received images of shape {tuple(images.shape)}. Expected "
            "[batch, height, width, channels], none of them empty."
        )
    batch, height, width, channels = ops.shape(images)
    values = images if pooling == "max" else at_least_float32(images)
    reduce = ops.max if pooling == "max" else ops.mean
    cells = [
        reduce(values[:, top:bottom, left:right], axis=(1, 2))
        for level in levels
        for top, bottom in _bounds(height, level)
        for left, right in _bounds(width, level)
    ]
    pooled = ops.reshape(ops.stack(cells, axis=1), (batch, len(cells) * channels))
    return ops.cast(pooled, images.dtype)


def check_pyramid(levels: Sequence[int], pooling: str) -> None:
    """Checks the arguments of spatial pyramid pooling.

    Raises:
        ValueError: If there is no level, one below 1, or the pooling is unknown.
    """
    if not levels or any(not isinstance(level, int) or level < 1 for level in levels):
        raise ValueError(
            f"Received levels={levels}. Expected integers of at least 1, such as (1, 2, 4)."
        )
    check_choice(POOLINGS, pooling=pooling)


def _bounds(size: Any, cells: int) -> list[tuple[Any, Any]]:
    return [(i * size // cells, ((i + 1) * size + cells - 1) // cells) for i in range(cells)]
