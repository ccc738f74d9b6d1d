"""Where a model looks, drawn over what it looks at."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.plots.images import image_grid

# The image keeps this much of its brightness where nobody looks.
_DIMMED = 0.25


def attention_maps(
    images: Sequence[ArrayLike] | np.ndarray,
    maps: ArrayLike,
    captions: Sequence[str],
    title: str = "Where the model looks",
    columns: int = 3,
    right: Sequence[bool] | None = None,
) -> Figure:
    """Draw each image, and beside it the same image in the colours of a map over it.

    Each map is stretched from its own smallest to its largest value: bright yellow where
    the model looks most, dark violet where it looks least.

    Args:
        images: as `image_grid` takes them.
        maps: one for each image, floats `[images, rows, columns]`, not negative; coarser than
            the images, such as one value for each patch.
        captions: one for each image.
        title: what stands above all.
        columns: how many pairs stand in a row.
        right: for each image, whether the answer in its caption is right, as in `image_grid`.

    Returns:
        The figure, with two entries in `axes` for each image.

    Raises:
        ValueError: if `maps` has another shape or values, and as `image_grid`.

    Example:
        >>> import numpy as np
        >>> figure = attention_maps(np.zeros((1, 8, 8, 1)), np.ones((1, 2, 2)), ["a 3"])
        >>> [axes.get_title() for axes in figure.axes]
        ['a 3', '']
    """
    maps = np.asarray(maps, np.float64)
    if maps.ndim != 3 or len(maps) != len(images) or maps.size == 0:
        raise ValueError(
            f"maps must have shape [images, rows, columns] for {len(images)} images, "
            f"received {list(maps.shape)}"
        )
    if not (np.isfinite(maps).all() and maps.min() >= 0):
        raise ValueError("maps must be finite and not negative")
    pairs = [image for image in images for _ in range(2)]
    figure = image_grid(
        pairs,
        [text for caption in captions for text in (caption, "")],
        title,
        columns=2 * columns,
        right=None if right is None else [answer for answer in right for _ in range(2)],
    )
    for axes, attention in zip(figure.axes[1::2], maps, strict=True):
        extent = axes.images[0].get_extent()
        axes.imshow(attention, cmap="viridis", alpha=0.6, extent=extent, interpolation="bilinear")
    return figure
