"""Receiver operating characteristics."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import matplotlib
from matplotlib.figure import Figure

from kerasdl.plots.style import BLUE, GREY, LABEL_SIZE, SMALL_SIZE, TITLE_SIZE, quiet_frame

if TYPE_CHECKING:
    from kerasdl.diagnostics.anomalies import RocCurve


def roc_curves(curves: Mapping[str, "RocCurve"], title: str = "Detection of anomalies") -> Figure:
    """Draw what detectors find against what they raise false alarms for.

    Args:
        curves: name -> curve; at least one. The areas stand in the legend.
        title: what stands above.

    Returns:
        The figure, with a line for each curve in its only `axes`, and the diagonal, which
        is guessing.

    Example:
        >>> import numpy as np
        >>> from kerasdl.diagnostics import roc_curve
        >>> figure = roc_curves({"7": roc_curve(np.array([0.1, 0.2]), np.array([0.3]))})
        >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
        ['7: 1.000', 'guessing: 0.500']
    """
    figure = Figure(figsize=(5.2, 5.0), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    axes = figure.add_subplot()
    colors = [BLUE] if len(curves) == 1 else matplotlib.color_sequences["tab10"]
    for index, (name, curve) in enumerate(curves.items()):
        axes.plot(
            curve.false_positives,
            curve.true_positives,
            color=colors[index % len(colors)],
            linestyle="-" if index < len(colors) else "--",
            label=f"{name}: {curve.area:.3f}",
        )
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="guessing: 0.500")
    axes.set_xlabel("false alarms: share of normal examples", fontsize=LABEL_SIZE)
    axes.set_ylabel("found: share of anomalies", fontsize=LABEL_SIZE)
    axes.set_aspect("equal")
    quiet_frame(axes)
    axes.legend(fontsize=SMALL_SIZE, title="area under the curve", title_fontsize=SMALL_SIZE)
    return figure
