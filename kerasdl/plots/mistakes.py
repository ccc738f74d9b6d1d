"""The mistakes that a model is most certain of, as images."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from kerasdl.diagnostics.mistakes import MostWrong
from kerasdl.plots.images import image_grid
from kerasdl.plots.style import TITLE_SIZE, shorten

_ONE_LINE = 22  # characters; a longer caption is broken after its comma
_NAME_LENGTH = 18


def most_wrong_images(
    images: Sequence[ArrayLike] | np.ndarray,
    wrong: MostWrong,
    class_names: Sequence[str],
    title: str = "Most wrong",
    columns: int = 5,
) -> Figure:
    """Draw the examples that the model got wrong with the highest probability.

    Each caption says what the image is, what the model said and how certain it
    was. For a model without a mistake the figure says so instead.

    Args:
        images: the images that the model was measured on, all of them, in the
            order of its predictions; of a kind that `image_grid` draws.
        wrong: the mistakes, from `kerasdl.diagnostics.most_wrong`.
        class_names: the name of each class.
        title: what stands above the grid.
        columns: how many images stand in a row.

    Returns:
        The figure, with one entry in `axes` for each mistake.

    Raises:
        ValueError: if `wrong` points at an image or a class that is not there,
            and as `image_grid`.

    Example:
        >>> import numpy as np
        >>> from kerasdl import diagnostics
        >>> wrong = diagnostics.most_wrong([[0.1, 0.9], [0.8, 0.2]], labels=[0, 0], count=10)
        >>> figure = most_wrong_images(np.zeros((2, 8, 8, 1)), wrong, ["4", "9"])
        >>> [axes.get_title() for axes in figure.axes]
        ['is 4, said 9 (90 %)']
    """
    if len(wrong) == 0:
        return _no_mistake(title, len(images))
    if wrong.indices.max() >= len(images):
        raise ValueError(
            f"images must be all images that were predicted: received {len(images)}, "
            f"but a mistake is at index {wrong.indices.max()}"
        )
    highest = max(wrong.labels.max(), wrong.predictions.max())
    if highest >= len(class_names):
        raise ValueError(
            f"class_names must name every class: received {len(class_names)} names, "
            f"but a mistake has class {highest}"
        )
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
