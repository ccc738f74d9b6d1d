"""A cloud of points in the plane, and the curves that stand for it."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure

from kerasdl.plots.style import (
    BLUE,
    GREY,
    LABEL_SIZE,
    SMALL_SIZE,
    TITLE_SIZE,
    VERMILION,
    quiet_frame,
)


def learnt_curve(
    points: np.ndarray, curves: Mapping[str, np.ndarray], title: str = "Learnt curve"
) -> Figure:
    """Draw points and curves through them.

    Args:
        points: `[n, 2]`.
        curves: name -> `[m, 2]`, its points in order.
        title: what stands above.

    Returns:
        The figure, with a line for each curve in its only `axes`.

    Raises:
        ValueError: if points or curves are not in the plane.

    Example:
        >>> import numpy as np
        >>> figure = learnt_curve(np.zeros((5, 2)), {"line": np.array([[0, 0], [1, 1]])})
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['line']
    """
    for name, values in {"points": points, **curves}.items():
        if np.ndim(values) != 2 or np.shape(values)[1] != 2:
            raise ValueError(f"{name} must have shape [n, 2], received {list(np.shape(values))}")
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    axes.scatter(
        points[:, 0], points[:, 1], s=4, color=GREY, alpha=0.35, linewidths=0, label="points"
    )
    for index, (name, curve) in enumerate(curves.items()):
        axes.plot(
            curve[:, 0], curve[:, 1], label=name, color=(VERMILION, BLUE)[index % 2], linewidth=2
        )
    axes.set_aspect("equal")
    axes.set_xlabel("x", fontsize=LABEL_SIZE)
    axes.set_ylabel("y", fontsize=LABEL_SIZE)
    quiet_frame(axes)
    axes.legend(fontsize=SMALL_SIZE)
    return figure
