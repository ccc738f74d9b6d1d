"""Draws the pictures of `docs/layers/` from the layers themselves: `make pictures`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse, Rectangle
from PIL import Image

from kerasdl import layers, ops, plots, schedules
from kerasdl.plots.style import (
    BLUE,
    GREY,
    LABEL_SIZE,
    SMALL_SIZE,
    VERMILION,
    quiet_frame,
)

FOLDER = Path(__file__).parent / "layers" / "pictures"
WHITE_AND_BLUE = ListedColormap(["white", BLUE])


def positions() -> Figure:
    """The sinusoidal encoding, and its first column in bfloat16, computed in two ways."""
    encoding = layers.SinusoidalPositionalEncoding()(np.zeros((1, 128, 64), "float32"))[0]
    figure = Figure(figsize=(10.5, 3.9), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))

    image = left.imshow(_numpy(encoding).T, aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1)
    left.set_title("SinusoidalPositionalEncoding", fontsize=LABEL_SIZE)
    left.set_xlabel("position", fontsize=LABEL_SIZE)
    left.set_ylabel("column", fontsize=LABEL_SIZE)
    left.tick_params(labelsize=SMALL_SIZE)
    figure.colorbar(image, ax=left, ticks=(-1, 0, 1)).ax.tick_params(labelsize=SMALL_SIZE)

    start, length = 1000, 33
    steps = np.arange(start, start + length)
    fine = np.linspace(start, start + length - 1, 500)
    exact = ops.sinusoidal_encoding(length, 64, start_index=start, dtype="bfloat16")
    rounded = keras.ops.sin(keras.ops.cast(steps, "bfloat16"))
    right.plot(fine, np.sin(fine), color=GREY, linewidth=1, label="sin(position)")
    right.plot(steps, _numpy(exact)[:, 0], "o", color=BLUE, markersize=5, label="kerasdl")
    right.plot(
        steps, _numpy(rounded), "x", color=VERMILION, markersize=6, label="computed in bfloat16"
    )
    right.set_title("Column 0 in bfloat16", fontsize=LABEL_SIZE)
    right.set_xlabel("position", fontsize=LABEL_SIZE)
    right.set_ylim(-1.15, 1.6)
    right.set_yticks((-1, 0, 1))
    right.legend(loc="upper center", ncols=3, fontsize=SMALL_SIZE, frameon=False)
    quiet_frame(right)
    return figure


def attention_masks() -> Figure:
    """The weights that equal scores get under four masks."""
    time, heads = 24, 4
    query = np.zeros((1, heads, time, 1), "float32")
    real = ops.padding_mask([17], max_length=time)
    slope = float(-ops.alibi_bias(heads, 2)[0, 0, 1])
    cases: list[tuple[str, dict[str, Any]]] = [
        ("causal", {"causal": True}),
        ("causal window of 6", {"mask": ops.sliding_window_mask(time, window=6, causal=True)}),
        (
            "causal, last 7 are padding",
            {"causal": True, "mask": ops.merge_masks(query_mask=real, key_mask=real)},
        ),
        (
            f"causal, ALiBi with slope {slope:g}",
            {"causal": True, "bias": layers.ALiBi(num_heads=heads)(np.zeros((1, time, 1)))},
        ),
    ]
    figure = Figure(figsize=(10.5, 3.1), layout="constrained")
    panels = figure.subplots(1, 4, sharey=True)
    for axes, (title, arguments) in zip(panels, cases, strict=True):
        layer = layers.ScaledDotProductAttention(causal=arguments.pop("causal", False))
        _, weights = layer(query, return_attention_scores=True, **arguments)
        image = axes.imshow(_numpy(weights)[0, 0], cmap="Blues", norm=PowerNorm(0.4, 0, 1))
        axes.set_title(title, fontsize=LABEL_SIZE)
        axes.set_xlabel("key", fontsize=LABEL_SIZE)
        axes.set_xticks((0, 10, 20))
        axes.set_yticks((0, 10, 20))
        axes.tick_params(labelsize=SMALL_SIZE)
    panels[0].set_ylabel("query", fontsize=LABEL_SIZE)
    bar = figure.colorbar(image, ax=panels, ticks=(0, 0.05, 0.2, 0.5, 1), pad=0.015, shrink=0.75)
    bar.ax.tick_params(labelsize=SMALL_SIZE)
    bar.set_label("weight", fontsize=LABEL_SIZE)
    return figure


def learning_rates() -> Figure:
    """Six schedules over a thousand steps."""
    peak, steps = 0.1, [*range(0, 1001, 10), 99, 125, 375, 499, 625, 749, 875]
    panels: dict[str, Any] = {
        "WarmupCosine": schedules.WarmupCosine(peak, 1000, warmup_steps=100),
        "OneCycle": schedules.OneCycle(peak, 1000),
        "InverseSqrt": schedules.InverseSqrt(peak, warmup_steps=100),
        "StepDecay": schedules.StepDecay(peak, boundaries=(500, 750)),
        "Cyclical": schedules.Cyclical(peak / 10, peak, half_cycle_steps=125),
        'Cyclical, "triangular2"': schedules.Cyclical(
            peak / 10, peak, half_cycle_steps=125, mode="triangular2"
        ),
    }
    figure = Figure(figsize=(10.5, 4.6), layout="constrained")
    grid = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, (title, schedule) in zip(grid.flat, panels.items(), strict=True):
        axes.plot(sorted(steps), [float(schedule(step)) for step in sorted(steps)], color=BLUE)
        axes.set_title(title, fontsize=LABEL_SIZE)
        axes.set_yticks((0, peak / 2, peak))
        quiet_frame(axes)
    for axes in grid[-1]:
        axes.set_xlabel("step", fontsize=LABEL_SIZE)
    for axes in grid[:, 0]:
        axes.set_ylabel("learning rate", fontsize=LABEL_SIZE)
    return figure


def dropout() -> Figure:
    """Three masks with the rate 0.3, and the number of elements that many masks keep."""
    rate, size, calls = 0.3, 32, 300
    ones = np.ones((size, size), "float32")
    figure = Figure(figsize=(10.5, 3.1), layout="constrained")
    *masks, histogram = figure.subplots(1, 4, width_ratios=(1, 1, 1, 1.35))
    cases = {
        "InvertedDropout(0.3)": layers.InvertedDropout(rate, seed=1),
        "noise_shape=(1, None)": layers.InvertedDropout(rate, noise_shape=(1, None), seed=2),
        "DropPath(0.3)": layers.DropPath(rate, seed=3),
    }
    for axes, (title, layer) in zip(masks, cases.items(), strict=True):
        axes.imshow(_numpy(layer(ones, training=True)) > 0, cmap=WHITE_AND_BLUE, vmin=0, vmax=1)
        axes.set_title(title, fontsize=LABEL_SIZE)
        axes.set_xlabel("feature", fontsize=LABEL_SIZE)
        axes.set_xticks(())
        axes.set_yticks(())
    masks[0].set_ylabel("example", fontsize=LABEL_SIZE)

    seed = keras.random.SeedGenerator(1)
    kept = [np.count_nonzero(ops.keep_mask(ones.shape, rate, seed)) for _ in range(calls)]
    mean, deviation = ones.size * (1 - rate), (ones.size * rate * (1 - rate)) ** 0.5
    edges = np.arange(mean - 4 * deviation, mean + 4 * deviation, deviation / 2)
    middles = np.linspace(edges[0], edges[-1], 200)
    expected = np.exp(-0.5 * ((middles - mean) / deviation) ** 2) / np.sqrt(2 * np.pi)
    histogram.hist(kept, edges, color=BLUE, alpha=0.6, label=f"{calls} masks")
    histogram.plot(middles, calls * expected / 2, color=VERMILION, label="binomial")
    histogram.set_title(f"kept of {ones.size} elements", fontsize=LABEL_SIZE)
    histogram.set_yticks(())
    histogram.legend(fontsize=SMALL_SIZE, frameon=False)
    quiet_frame(histogram)
    histogram.spines["left"].set_visible(False)
    return figure


def gaussian_sampling() -> Figure:
    """Samples of three Gaussians, with their ellipses."""
    means = np.array([[-2.5, 0.0], [0.5, 1.2], [2.5, -0.8]], "float32")
    deviations = np.array([[0.4, 1.0], [0.9, 0.3], [0.5, 0.5]], "float32")
    sample = layers.GaussianSampling(seed=1)
    figure = Figure(figsize=(5.8, 3.9), layout="constrained")
    axes = figure.subplots()
    for mean, deviation, color in zip(means, deviations, (BLUE, VERMILION, "#009E73"), strict=True):
        shape = (250, 2)
        points = sample(
            np.broadcast_to(mean, shape),
            np.broadcast_to(2 * np.log(deviation), shape),
            training=True,
        )
        axes.plot(*_numpy(points).T, ".", color=color, markersize=3, alpha=0.6)
        for width in (1, 2):
            size = 2 * width * deviation
            axes.add_patch(Ellipse(mean, size[0], size[1], fill=False, color="black", linewidth=1))
    axes.set_title("GaussianSampling: 1 and 2 standard deviations", fontsize=LABEL_SIZE)
    axes.set_aspect("equal")
    quiet_frame(axes)
    return figure


def pyramid() -> Figure:
    """The largest values of the cells of three levels, beside the image that they are from."""
    rows, columns = np.mgrid[0:18, 0:24]
    image = np.sin(rows / 3) * np.cos(columns / 4) + 0.02 * columns
    figure = Figure(figsize=(10.5, 2.3), layout="constrained")
    panels = figure.subplots(1, 4)
    low, high = image.min(), image.max()
    _image_panel(panels[0], image, "image, 18 x 24", low, high)
    for axes, level in zip(panels[1:], (1, 2, 4), strict=True):
        pooled = layers.SpatialPyramidPooling(levels=(level,))(image[None, ..., None])
        cells = _numpy(pooled).reshape(level, level)
        _image_panel(axes, cells, f"level {level}", low, high)
        axes.set_aspect(18 / 24)
        for row, column in np.ndindex(level, level):
            frame = Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, color="white")
            axes.add_patch(frame)
    return figure


def _image_panel(axes: Axes, image: np.ndarray, title: str, low: float, high: float) -> None:
    axes.imshow(image, cmap="viridis", vmin=low, vmax=high)
    axes.set_title(title, fontsize=LABEL_SIZE)
    axes.set_xticks(())
    axes.set_yticks(())


def _numpy(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))


PICTURES: dict[str, Callable[[], Figure]] = {
    "positions": positions,
    "attention_masks": attention_masks,
    "schedules": learning_rates,
    "dropout": dropout,
    "gaussian_sampling": gaussian_sampling,
    "pyramid": pyramid,
}


def main() -> None:
    """Draws the named pictures, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(PICTURES)}; default: all")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or PICTURES:
        path = plots.save(PICTURES[name](), arguments.folder / f"{name}.png")
        with Image.open(path) as picture:  # 256 colours look the same, at a third of the size
            small = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(path, optimize=True)
        print(path)


if __name__ == "__main__":
    main()
