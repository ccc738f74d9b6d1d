"""Where in the plane a classifier changes its mind."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from kerasdl.plots.style import LABEL_SIZE, SMALL_SIZE, TITLE_SIZE, quiet_frame, shorten

# Okabe and Ito (2008), told apart with any colour vision.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#000000")
_GRID = 200
_MARGIN = 0.05
_NAME_LENGTH = 24


def decision_boundary(
    probabilities: Callable[[np.ndarray], np.ndarray],
    points: ArrayLike,
    labels: ArrayLike,
    class_names: Sequence[str],
    axis_names: Sequence[str] = ("x", "y"),
    best: Callable[[np.ndarray], np.ndarray] | None = None,
    title: str = "Decision boundary",
) -> Figure:
    """Draw what a classifier says of every point in the plane, and points on top.

    The colour is the class, its strength how sure the classifier is; the line is where
    two classes are equally probable.

    Args:
        probabilities: from points `[n, 2]` to probabilities `[n, classes]`.
        points: the points to draw, `[examples, 2]`; they set the size of the picture.
        labels: their true classes, `[examples]`.
        class_names: the name of each class; above eight, colours are used again.
        axis_names: what the two numbers are.
        best: the same as `probabilities` of the best possible classifier, where it is
            known: its boundary is drawn with dashes.
        title: what stands above the picture.

    Returns:
        The figure, with one entry in `axes`.

    Raises:
        ValueError: if the shapes do not fit together.

    Example:
        >>> side = lambda points: np.stack([points[:, 0] < 0, points[:, 0] >= 0], axis=1)
        >>> figure = decision_boundary(side, [[-1, 0], [1, 2]], [0, 1], ["left", "right"])
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['left', 'right', 'boundary']
    """
    points, labels = np.asarray(points, np.float64), np.asarray(labels)
    if points.ndim != 2 or points.shape[1] != 2 or labels.shape != (len(points),):
        raise ValueError(
            "points and labels must have the shapes [examples, 2] and [examples], received "
            f"{points.shape} and {labels.shape}"
        )
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.maximum(_MARGIN * (high - low), 1e-6)
    axes_values = [
        np.linspace(*ends, _GRID) for ends in zip(low - margin, high + margin, strict=True)
    ]
    plane = np.stack(np.meshgrid(*axes_values), axis=-1)
    said = _ask(probabilities, plane, len(class_names))

    figure = Figure(figsize=(6.4, 5.6), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    quiet_frame(axes)
    axes.grid(visible=False)
    axes.set_xlabel(shorten(axis_names[0], _NAME_LENGTH), fontsize=LABEL_SIZE, parse_math=False)
    axes.set_ylabel(shorten(axis_names[1], _NAME_LENGTH), fontsize=LABEL_SIZE, parse_math=False)
    colors = np.array([to_rgb(_COLORS[i % len(_COLORS)]) for i in range(len(class_names))])
    # A mixture of the classes' colours, half way to white.
    axes.imshow(
        0.5 + 0.5 * np.clip(said @ colors, 0, 1),
        origin="lower",
        extent=(*axes_values[0][[0, -1]], *axes_values[1][[0, -1]]),
        aspect="auto",
        interpolation="bilinear",
    )
    for label, name in enumerate(class_names):
        axes.plot(
            *points[labels == label].T,
            label=shorten(str(name), _NAME_LENGTH),
            color=colors[label],
            linestyle="none",
            marker="o",
            markersize=2.5,
            markeredgecolor="white",
            markeredgewidth=0.3,
        )
    lines = [_draw_boundary(axes, axes_values, said, "boundary", "solid")]
    if best is not None:
        best_said = _ask(best, plane, len(class_names))
        lines.append(_draw_boundary(axes, axes_values, best_said, "best possible", "dashed"))
    handles, _ = axes.get_legend_handles_labels()
    axes.legend(handles=[*handles, *lines], fontsize=SMALL_SIZE, loc="upper right", framealpha=0.9)
    return figure


def _ask(
    probabilities: Callable[[np.ndarray], np.ndarray], plane: np.ndarray, classes: int
) -> np.ndarray:
    said = np.asarray(probabilities(plane.reshape(-1, 2)), np.float64)
    if said.shape != (plane.shape[0] * plane.shape[1], classes):
        raise ValueError(
            f"probabilities must return [points, {classes}], one column for each of class_names, "
            f"received {said.shape}"
        )
    return said.reshape(*plane.shape[:2], classes)


def _draw_boundary(
    axes: Axes, axes_values: list[np.ndarray], said: np.ndarray, label: str, style: str
) -> Line2D:
    """Draws where the first and the second most probable class are equal."""
    winner = said.argmax(axis=-1)
    for index in range(said.shape[-1] - 1):  # the last one's are those of the others
        ahead = said[..., index] - np.delete(said, index, axis=-1).max(axis=-1)
        if (winner == index).any() and (winner != index).any():
            axes.contour(
                *axes_values, ahead, levels=[0], colors="black", linestyles=style, linewidths=1.3
            )
    return Line2D([], [], color="black", linestyle=style, linewidth=1.3, label=label)
