"""One quantity of several models, in one panel."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, StrMethodFormatter
from numpy.typing import ArrayLike

from kerasdl.plots.style import (
    BLUE,
    GREEN,
    GREY,
    LABEL_SIZE,
    SMALL_SIZE,
    TITLE_SIZE,
    VERMILION,
    quiet_frame,
)

_LOOKS = ((VERMILION, "o"), (BLUE, "s"), (GREEN, "^"))


def compared_curves(
    x: ArrayLike,
    curves: Mapping[str, Sequence[float]],
    levels: Mapping[str, float] | None = None,
    x_label: str = "epoch",
    y_label: str = "loss",
    title: str = "Learning curves",
) -> Figure:
    """Draw how models learn, one line each, on a logarithmic scale.

    Args:
        x: where the values were measured: epochs, or examples seen until then.
        curves: name of the model -> positive values, one for each of `x`.
        levels: name -> a value that somebody reaches without learning: a dashed line.
        x_label: what `x` counts.
        y_label: what was measured.
        title: what stands above.

    Returns:
        The figure, with a line for each curve, then for each level, in its only `axes`.

    Raises:
        ValueError: if a curve has not as many values as `x`, or one that is not positive.

    Example:
        >>> figure = compared_curves([1, 2], {"gru": [0.2, 0.01]}, {"the mean": 1 / 6})
        >>> [line.get_label() for line in figure.axes[0].lines]
        ['gru', 'the mean: 0.167']
    """
    x = np.asarray(x)
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    for index, (name, values) in enumerate(curves.items()):
        if len(values) != len(x) or not np.min(values) > 0:
            raise ValueError(
                f"curves[{name!r}] must be {len(x)} positive numbers, received {values!r}"
            )
        color, marker = _LOOKS[index % len(_LOOKS)]
        axes.plot(x, values, label=name, color=color, marker=marker, markersize=4, linewidth=1.6)
    for name, value in (levels or {}).items():
        axes.axhline(value, label=f"{name}: {value:.3g}", color=GREY, linestyle="--", linewidth=1.2)
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.set_xlabel(x_label, fontsize=LABEL_SIZE)
    axes.set_ylabel(y_label, fontsize=LABEL_SIZE)
    quiet_frame(axes)
    axes.legend(fontsize=SMALL_SIZE)
    return figure
