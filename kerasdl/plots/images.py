"""Images side by side, each with its caption."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.plots.style import BLUE, GREY, SMALL_SIZE, TITLE_SIZE, VERMILION

_CELL = 1.75  # inches
_CAPTION_WIDTH = 24  # characters in one line


def image_grid(
    images: Sequence[ArrayLike] | np.ndarray,
    captions: Sequence[str],
    title: str = "",
    columns: int = 5,
    right: Sequence[bool] | None = None,
) -> Figure:
    """Draw images in rows, each with a caption above it.

    Integer images are taken to run from 0 to 255. Float images within 0 to 1 are
    drawn as they are; if any value lies outside, as after standardisation, the
    whole grid is stretched from its smallest to its largest value.

    Args:
        images: grey `[height, width]` or `[height, width, 1]`, or RGB
            `[height, width, 3]`; their sizes may differ.
        captions: one for each image; long ones are wrapped.
        title: what stands above the grid.
        columns: how many images stand in a row.
        right: for each image, whether the answer in its caption is right: blue
            captions for right ones, vermilion for wrong ones. Plain without.

    Returns:
        The figure, with one entry in `axes` for each image.

    Raises:
        ValueError: if there is no image, an image has another shape or type,
            `captions` or `right` has another length, or `columns` is below 1.

    Example:
        >>> import numpy as np
        >>> figure = image_grid(np.zeros((3, 8, 8, 1)), ["a", "b", "c"], title="Letters", columns=2)
        >>> [axes.get_title() for axes in figure.axes]
        ['a', 'b', 'c']
    """
    if len(images) == 0:
        raise ValueError("images must hold at least one image, received none")
    for name, values in (("captions", captions), ("right", right)):
        if values is not None and len(values) != len(images):
            raise ValueError(
                f"{name} must have one entry for each of the {len(images)} images, "
                f"received {len(values)}"
            )
    if columns < 1:
        raise ValueError(f"columns must be at least 1, received {columns}")
    pixels = _displayable([np.asarray(image) for image in images])

    columns = min(columns, len(pixels))
    rows = -(-len(pixels) // columns)
    lines = [_wrap(caption) for caption in captions]
    caption_height = 0.17 * max(text.count("\n") + 1 for text in lines)
    size = (max(columns * _CELL, 4.0), rows * (_CELL + caption_height) + 0.4)
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    for index, (image, text) in enumerate(zip(pixels, lines, strict=True)):
        axes = figure.add_subplot(rows, columns, index + 1)
        _draw_image(axes, image)
        caption = axes.set_title(text, fontsize=SMALL_SIZE, pad=4, parse_math=False)
        if right is not None:
            caption.set_color(BLUE if right[index] else VERMILION)
    return figure


def _displayable(images: list[np.ndarray]) -> list[np.ndarray]:
    """Bring images to floats from 0 to 1, `[height, width]` or `[height, width, 3]`."""
    images = [_floats(image) for image in images]
    lowest = min(image.min() for image in images)
    highest = max(image.max() for image in images)
    if lowest < 0 or highest > 1:
        return [(image - lowest) / max(highest - lowest, 1e-6) for image in images]
    return images


def _floats(image: np.ndarray) -> np.ndarray:
    is_grey = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 1)
    is_rgb = image.ndim == 3 and image.shape[2] == 3
    if not (is_grey or is_rgb) or image.size == 0:
        raise ValueError(
            "an image must have shape [height, width], [height, width, 1] or "
            f"[height, width, 3], received {list(image.shape)}"
        )
    if is_grey:
        image = image.reshape(image.shape[:2])
    if np.issubdtype(image.dtype, np.integer):
        if image.min() < 0 or image.max() > 255:
            raise ValueError(
                "an image of integers must have values from 0 to 255, "
                f"received {image.min()} to {image.max()}"
            )
        return image.astype(np.float64) / 255
    floats = image.astype(np.float64)
    return np.where(np.isfinite(floats), floats, 0.0)


def _wrap(caption: str) -> str:
    return "\n".join(textwrap.fill(line, _CAPTION_WIDTH) for line in caption.splitlines())


def _draw_image(axes: Axes, image: np.ndarray) -> None:
    axes.imshow(image, cmap="gray", vmin=0.0, vmax=1.0)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(color=GREY, linewidth=0.5)
