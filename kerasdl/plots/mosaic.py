"""Many small images as one."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.plots.style import LABEL_SIZE, SMALL_SIZE, TITLE_SIZE

_TILE, _LETTER = 0.4, 0.085  # inches
_GAP = 2  # pixels


def image_mosaic(
    images: ArrayLike,
    title: str = "",
    row_names: Sequence[str] = (),
    x_label: str = "",
    y_label: str = "",
) -> Figure:
    """Draw images in rows and columns, close together: samples, interpolations, manifolds.

    Args:
        images: `[rows, columns, height, width, channels]` with 1 or 3 channels; floats
            from 0 to 1, or integers from 0 to 255. Floats beyond are cut.
        title: what stands above.
        row_names: one for each row, or for every row in turn if there are fewer.
        x_label: what changes along the columns.
        y_label: what changes down the rows.

    Returns:
        The figure, with the mosaic in its only `axes`.

    Raises:
        ValueError: if `images` has another shape.

    Example:
        >>> import numpy as np
        >>> figure = image_mosaic(np.zeros((2, 3, 8, 8, 1)), title="Nothing")
        >>> figure.axes[0].images[0].get_array().shape
        (22, 32, 3)
    """
    pixels = np.asarray(images)
    if pixels.ndim != 5 or pixels.shape[-1] not in (1, 3) or 0 in pixels.shape:
        raise ValueError(
            "images must have shape [rows, columns, height, width, 1 or 3], "
            f"received {list(pixels.shape)}"
        )
    if pixels.dtype.kind in "iu":
        pixels = pixels / 255
    rows, columns, height, width, _ = pixels.shape
    mosaic = np.ones((rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP, 3))
    for row in range(rows):
        for column in range(columns):
            top, left = row * (height + _GAP) + _GAP, column * (width + _GAP) + _GAP
            tile = np.clip(pixels[row, column], 0, 1)
            mosaic[top : top + height, left : left + width] = tile
    margin = 0.1 + max((_LETTER * len(name) for name in row_names), default=0.25 * bool(y_label))
    size = (
        max(columns * _TILE + margin, 3.0),
        rows * _TILE * height / width + 0.1 + 0.3 * bool(title) + 0.25 * bool(x_label),
    )
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    axes.imshow(mosaic, interpolation="nearest")
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_xlabel(x_label, fontsize=LABEL_SIZE)
    axes.set_ylabel(y_label, fontsize=LABEL_SIZE)
    if row_names:
        middles = _GAP + height / 2 + (height + _GAP) * np.arange(rows)
        names = [row_names[row % len(row_names)] for row in range(rows)]
        axes.set_yticks(middles, names, fontsize=SMALL_SIZE)
        axes.tick_params(length=0)
    return figure


def image_versions(versions: Mapping[str, ArrayLike], title: str = "", columns: int = 12) -> Figure:
    """Draw versions of the same images below each other: the image, its reconstruction.

    Args:
        versions: name -> images `[n, height, width, channels]`, of a kind that
            `image_mosaic` draws.
        title: what stands above.
        columns: how many images stand in a row; what does not fill a row is left out.

    Returns:
        The figure, with a row for each version of the first images, then of the next.

    Raises:
        ValueError: as `image_mosaic`.

    Example:
        >>> import numpy as np
        >>> images = np.zeros((6, 8, 8, 1))
        >>> figure = image_versions({"image": images, "copy": images}, columns=3)
        >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
        ['image', 'copy', 'image', 'copy']
    """
    arrays = [np.asarray(images) for images in versions.values()]
    arrays = [array / 255 if array.dtype.kind in "iu" else array for array in arrays]
    columns = min(columns, len(arrays[0]))
    rows = len(arrays[0]) // columns
    tiles = np.stack(
        [array[row * columns : (row + 1) * columns] for row in range(rows) for array in arrays]
    )
    return image_mosaic(tiles, title, list(versions))
