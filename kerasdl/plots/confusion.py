"""The confusion matrix as a picture."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.plots.style import LABEL_SIZE, SMALL_SIZE, TITLE_SIZE, readable_on, shorten

_NUMBERS_UP_TO = 25  # classes; with more, neither counts nor every name can be read
_NAME_LENGTH = 20  # characters


def confusion_matrix(
    matrix: ArrayLike, class_names: Sequence[str], title: str = "Confusion matrix"
) -> Figure:
    """Draw a confusion matrix: the counts as numbers, the share of each row as colour.

    The colour of a cell is its share of the row, so that a class with few
    examples is as readable as one with many; its scale is a square root, so that
    a mistake in one of a hundred examples is still visible beside a nearly
    perfect diagonal. A cell without a number counts zero. Above 25 classes only
    the colours are drawn, and not every class is named.

    Args:
        matrix: counts `[classes, classes]`, rows true and columns predicted, as
            `kerasdl.diagnostics.confusion_matrix` returns them.
        class_names: the name of each class.
        title: what stands above the matrix; the accuracy is added below it.

    Returns:
        The figure: the matrix in `axes[0]`, the colour scale in `axes[1]`.

    Raises:
        ValueError: if `matrix` is not square, empty, not made of counts, or if
            `class_names` has another length.

    Example:
        >>> figure = confusion_matrix([[8, 2], [0, 10]], ["cat", "dog"], title="Cats and dogs")
        >>> figure.axes[0].get_title()
        '18 of 20 right (90.0 %)'
    """
    counts = _counts(matrix)
    num_classes = len(counts)
    if len(class_names) != num_classes:
        raise ValueError(
            f"class_names must name each of the {num_classes} classes, "
            f"received {len(class_names)} names"
        )
    totals = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(totals, 1)

    width = float(np.clip(0.55 * num_classes, 4.0, 10.0))
    name_width = 0.08 * min(max(len(str(name)) for name in class_names), _NAME_LENGTH)
    size = (width + name_width + 1.5, width + 0.75 * name_width + 0.9)
    figure = Figure(figsize=size, layout="compressed")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    image = axes.imshow(
        shares, cmap="Blues", norm=PowerNorm(0.5, vmin=0.0, vmax=1.0), interpolation="nearest"
    )
    total, right = int(totals.sum()), int(counts.trace())
    accuracy = f" ({100 * right / total:.1f} %)" if total else ""
    axes.set_title(f"{right:,} of {total:,} right{accuracy}", fontsize=LABEL_SIZE)
    _name_classes(axes, class_names)
    if num_classes <= _NUMBERS_UP_TO:
        _write_counts(axes, counts, image.to_rgba(shares), cell=72 * width / num_classes)

    scale = figure.colorbar(
        image, ax=axes, shrink=0.8, ticks=[0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 1]
    )
    scale.ax.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}".replace("%", " %"))
    scale.ax.tick_params(labelsize=SMALL_SIZE)
    scale.set_label("share of the true class", fontsize=LABEL_SIZE)
    scale.outline.set_visible(False)
    return figure


def _counts(matrix: ArrayLike) -> np.ndarray:
    counts = np.asarray(matrix)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or counts.size == 0:
        raise ValueError(f"matrix must be square, [classes, classes], received {counts.shape}")
    if not np.issubdtype(counts.dtype, np.integer) or counts.min() < 0:
        raise ValueError(
            f"matrix must hold counts (integers from 0), received {counts.dtype} "
            f"with values from {counts.min()} to {counts.max()}"
        )
    return counts


def _name_classes(axes: Axes, class_names: Sequence[str]) -> None:
    num_classes = len(class_names)
    step = -(-num_classes // _NUMBERS_UP_TO)
    ticks = list(range(0, num_classes, step))
    names = [shorten(str(class_names[tick]), _NAME_LENGTH) for tick in ticks]
    axes.set_xticks(ticks, names, parse_math=False)
    axes.set_yticks(ticks, names, parse_math=False)
    if max(map(len, names)) > 3:
        for label in axes.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")
    axes.tick_params(labelsize=SMALL_SIZE, length=0 if step == 1 else 3)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted class", fontsize=LABEL_SIZE)
    axes.set_ylabel("true class", fontsize=LABEL_SIZE)


def _write_counts(axes: Axes, counts: np.ndarray, colors: np.ndarray, cell: float) -> None:
    """Write each count that is not zero into its cell of `cell` points width."""
    digits = len(str(counts.max()))
    size = min(11.0, cell / (0.8 * max(digits, 2)))  # a bold digit is about 0.7 of the size wide
    for row, column in np.argwhere(counts > 0):
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            fontsize=size,
            fontweight="bold" if row == column else "normal",
            color=readable_on(colors[row, column]),
        )
