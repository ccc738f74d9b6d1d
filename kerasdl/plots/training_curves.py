"""How the loss, the metrics and the learning rate went, epoch by epoch."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from kerasdl.plots.style import (
    BLUE,
    GREY,
    LABEL_SIZE,
    SMALL_SIZE,
    TITLE_SIZE,
    VERMILION,
    quiet_frame,
    shorten,
)

_COLUMNS = 3
_PANEL_WIDTH, _PANEL_HEIGHT = 4.2, 3.4  # inches
_MARKERS_UP_TO = 15  # with more epochs than this, markers hide the line
_LOG_SCALE_FROM = 100.0  # largest value / smallest value


def curves(
    history: Mapping[str, Sequence[float]],
    title: str = "Training",
    best_epoch: int | None = None,
) -> Figure:
    """Draw the history of a training: loss, metrics and learning rate over the epochs.

    One panel for the loss, one for each metric and one for the learning rate;
    `x` and `val_x` share a panel. Where the values are positive and span two
    decades the scale is logarithmic, so that the late epochs stay readable. The
    best epoch is marked in every panel, with what the validation gave there. A
    value that is not finite leaves a gap in the line and a cross at the bottom of
    the panel.

    Args:
        history: numbers by name, as in `History.history` of Keras, one for each
            epoch from the first: `loss`, `val_loss`, `accuracy`, `val_accuracy`,
            `learning_rate` and any other metric with or without `val_`. What
            a run notes beside them, `epoch`, `steps` and all that ends in `seconds`, is
            not drawn.
        title: what stands above the panels.
        best_epoch: the epoch whose weights were kept, counted from 1. Without it
            the epoch with the lowest `val_loss` is marked, if there is one.

    Returns:
        The figure, with the panels in its `axes`.

    Raises:
        ValueError: if `history` has no epoch, or values that are not numbers, or
            if `best_epoch` is none of its epochs.

    Example:
        >>> history = {"loss": [0.9, 0.5], "val_loss": [0.8, 0.6], "learning_rate": [0.01, 0.001]}
        >>> figure = curves(history, title="Two epochs")
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['Loss', 'Learning rate']
    """
    series = {
        name: _numbers(name, values)
        for name, values in history.items()
        if name not in ("epoch", "steps") and not name.endswith("seconds")
    }
    series = {name: values for name, values in series.items() if values.size}
    if not series:
        raise ValueError(f"history must hold at least one epoch, received {dict(history)!r}")
    names = _panel_names(series)
    num_epochs = max(values.size for values in series.values())
    best = _best_epoch(series.get("val_loss"), best_epoch, num_epochs)

    columns = 2 if len(names) == 4 else min(len(names), _COLUMNS)
    rows = -(-len(names) // columns)
    size = (max(columns * _PANEL_WIDTH, 5.5), rows * _PANEL_HEIGHT + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    for position, name in enumerate(names, start=1):
        axes = figure.add_subplot(rows, columns, position)
        _draw_panel(axes, name, series.get(name), series.get(f"val_{name}"), best)
        axes.set_xlim(0.5, num_epochs + max(0.5, 0.02 * num_epochs))
    if names != ["learning_rate"]:
        _draw_legend(figure)
    return figure


def _numbers(name: str, values: Sequence[float]) -> np.ndarray:
    try:
        numbers = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"history[{name!r}] must be numbers, received {values!r}") from None
    if numbers.ndim != 1:
        raise ValueError(
            f"history[{name!r}] must be one number for each epoch, received shape {numbers.shape}"
        )
    # Losses and metrics are float32; what float32 cannot hold, no scale can show.
    return np.where(np.abs(numbers) <= np.finfo(np.float32).max, numbers, np.nan)


def _panel_names(series: Mapping[str, np.ndarray]) -> list[str]:
    """Name the panels: the loss, then the metrics in their order, then the learning rate."""
    names = dict.fromkeys(name.removeprefix("val_") for name in series)
    rank = {"loss": 0, "learning_rate": 2}
    return sorted(names, key=lambda name: rank.get(name, 1))


def _best_epoch(
    val_loss: np.ndarray | None, best_epoch: int | None, num_epochs: int
) -> tuple[int, str] | None:
    """Return the epoch to mark and what the mark means."""
    if best_epoch is not None:
        if not 1 <= best_epoch <= num_epochs:
            raise ValueError(
                f"best_epoch must be one of the epochs 1 to {num_epochs}, received {best_epoch}"
            )
        return best_epoch, f"best epoch ({best_epoch})"
    if val_loss is None or not np.isfinite(val_loss).any():
        return None
    lowest = int(np.nanargmin(val_loss)) + 1
    return lowest, f"lowest validation loss (epoch {lowest})"


def _draw_panel(
    axes: Axes,
    name: str,
    training: np.ndarray | None,
    validation: np.ndarray | None,
    best: tuple[int, str] | None,
) -> None:
    heading = shorten(name.replace("_", " "), 32)
    axes.set_title(
        heading[:1].upper() + heading[1:], loc="left", fontsize=LABEL_SIZE + 1, parse_math=False
    )
    axes.set_xlabel("epoch", fontsize=LABEL_SIZE)
    axes.xaxis.set_major_locator(
        MaxNLocator(nbins=10, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1)
    )
    quiet_frame(axes)
    if training is not None:
        is_rate = name == "learning_rate"
        _draw_line(
            axes, training, "rate" if is_rate else "training", GREY if is_rate else BLUE, "o"
        )
    if validation is not None:
        _draw_line(axes, validation, "validation", VERMILION, "s")
    _set_scale(axes, name, [values for values in (training, validation) if values is not None])
    if best is not None:
        _mark_epoch(axes, *best, validation)


def _draw_line(axes: Axes, values: np.ndarray, label: str, color: str, marker: str) -> None:
    epochs = np.arange(1, values.size + 1)
    finite = np.isfinite(values)
    # A point between two gaps has no line to it: without a marker it would be invisible.
    padded = np.concatenate([[False], finite, [False]])
    alone = finite & ~padded[:-2] & ~padded[2:]
    marked = finite if values.size <= _MARKERS_UP_TO else alone
    axes.plot(
        epochs,
        values,
        label=label,
        color=color,
        linewidth=1.6,
        marker=marker if marked.any() else "",
        markersize=4.5,
        markevery=marked,
    )
    if not finite.all():
        height = 0.09 if label == "validation" else 0.03  # of the panel
        axes.plot(
            epochs[~finite],
            np.full(np.count_nonzero(~finite), height),
            label=f"{label} not finite",
            color=color,
            linestyle="none",
            marker="x",
            markersize=6,
            transform=axes.get_xaxis_transform(),
        )


def _set_scale(axes: Axes, name: str, series: list[np.ndarray]) -> None:
    values = np.concatenate(series)
    values = values[np.isfinite(values)]
    if values.size == 0:
        axes.set_yticks([])
        return
    # A learning rate ends near zero by design, which a logarithm would blow up.
    if name != "learning_rate" and 0 < values.min() <= values.max() / _LOG_SCALE_FROM:
        axes.set_yscale("log")
        decades = np.log10(values.max()) - np.log10(values.min())
        subs = (1.0, 2.0, 5.0) if decades < 3.5 else (1.0,)
        axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=8))
        axes.yaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))


def _mark_epoch(axes: Axes, epoch: int, label: str, validation: np.ndarray | None) -> None:
    axes.axvline(
        epoch,
        label=label,
        color=GREY,
        linestyle=":",
        linewidth=1.2,
        zorder=1,
    )
    if validation is not None and epoch <= validation.size:
        text = f"epoch {epoch}: {validation[epoch - 1]:.4g}"
        axes.set_title(text, loc="right", fontsize=SMALL_SIZE, color=VERMILION)


def _draw_legend(figure: Figure) -> None:
    """Draw one legend for all panels, where it covers no line."""
    handles = {
        str(line.get_label()): line
        for axes in figure.axes
        for line in axes.lines
        if line.get_label() != "rate"  # its panel's title says so
    }
    fits = 3 if len(figure.axes) == 1 else 6
    figure.legend(
        list(handles.values()),
        list(handles),
        loc="outside lower center",
        ncols=len(handles) if len(handles) <= fits else 2,
        fontsize=SMALL_SIZE,
        frameon=False,
    )
