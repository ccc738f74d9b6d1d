"""The mistakes that a model is most certain of, as images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.diagnostics.mistakes import most_wrong
from kerasdl.plots.images import image_grid
from kerasdl.plots.style import TITLE_SIZE, shorten

_ONE_LINE = 22  # characters; a longer caption is broken after its comma
_NAME_LENGTH = 18


def most_wrong_images(
    images: Sequence[ArrayLike] | np.ndarray,
    labels: ArrayLike,
    probabilities: ArrayLike,
    class_names: Sequence[str],
    title: str = "Most certain mistakes",
    columns: int = 5,
    count: int = 20,
) -> Figure:
    """Draw the images that the model got wrong with the highest probability.

    Each caption says what the image is, what the model said and how certain it
    was. For a model without a mistake the figure says so instead.

    Args:
        images: the images that the model was measured on, of a kind that
            `image_grid` draws.
        labels: their true classes, integers `[images]`.
        probabilities: what the model said of them, floats `[images, num_classes]`.
        class_names: the name of each class.
        title: what stands above the grid.
        columns: how many images stand in a row.
        count: how many images to draw at most.

    Returns:
        The figure, with one entry in `axes` for each mistake.

    Raises:
        ValueError: if `images`, `labels`, `probabilities` and `class_names` do not
            fit together, and as `kerasdl.diagnostics.most_wrong` and `image_grid`.

    Example:
        >>> import numpy as np
        >>> images, labels = np.zeros((2, 8, 8, 1)), [0, 0]
        >>> figure = most_wrong_images(images, labels, [[0.1, 0.9], [0.8, 0.2]], ["4", "9"])
        >>> [axes.get_title() for axes in figure.axes]
        ['is 4, said 9 (90 %)']
    """
    wrong = most_wrong(probabilities, labels, count)
    num_images, num_classes = np.shape(probabilities)
    if len(images) != num_images:
        raise ValueError(
            f"images and probabilities must have the same length, received {len(images)} images "
            f"and {num_images} rows of probabilities"
        )
    if len(class_names) != num_classes:
        raise ValueError(
            f"class_names must name each of the {num_classes} classes, "
            f"received {len(class_names)} names"
        )
    if len(wrong) == 0:
        return _no_mistake(title, num_images)
    captions = [
        _caption(str(class_names[label]), str(class_names[prediction]), probability)
        for label, prediction, probability in zip(
            wrong.labels, wrong.predictions, wrong.probabilities, strict=True
        )
    ]
    return image_grid([images[index] for index in wrong.indices], captions, title, columns)


def _caption(label: str, prediction: str, probability: float) -> str:
    is_part = f"is {shorten(label, _NAME_LENGTH)},"
    said_part = f"said {shorten(prediction, _NAME_LENGTH)} ({probability:.0%})".replace("%", " %")
    fits = len(is_part) + 1 + len(said_part) <= _ONE_LINE
    return f"{is_part} {said_part}" if fits else f"{is_part}\n{said_part}"


def _no_mistake(title: str, num_images: int) -> Figure:
    figure = Figure(figsize=(5.5, 1.6), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    figure.text(
        0.5, 0.4, f"No mistake: all {num_images:,} images are classified right.", ha="center"
    )
    return figure
