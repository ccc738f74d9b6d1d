"""Texts with the tokens in colour that a classifier relies on."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from kerasdl.plots.style import LABEL_SIZE, TITLE_SIZE

_FONT_SIZE = 8.0
_CHARACTER = 0.602 * _FONT_SIZE / 72  # inches: the width of DejaVu Sans Mono, and a line's height
_LINE = 1.5 * _FONT_SIZE / 72
_BETWEEN = 0.45
_LONGEST_LINE = 110
_MOST_LINES = 12


def token_importance(
    texts: Sequence[str],
    tokens: Sequence[Sequence[str]],
    importance: Sequence[np.ndarray],
    captions: Sequence[str],
    title: str = "What the answer rests on",
) -> Figure:
    """Draw texts in which tokens that speak for the answer are blue, and those against it red.

    The darkest colour of a text is that of the token that matters most in it.

    Args:
        texts: the texts, with their lines; what is beyond the first lines is not drawn.
        tokens: the tokens of each, in their order.
        importance: for each text, a number for each token: `diagnostics.token_importance`.
        captions: what stands above each text.
        title: what stands above all.

    Returns:
        The figure, with one entry in `axes` for each text.

    Raises:
        ValueError: if the four do not fit together.

    Example:
        >>> import numpy as np
        >>> figure = token_importance(["a good film"], [["good"]], [np.array([0.7])], ["is good"])
        >>> len(figure.axes[0].patches)
        1
    """
    if not len(texts) == len(tokens) == len(importance) == len(captions) > 0:
        raise ValueError(
            "expected tokens, importance and a caption for each text, one text at least; received "
            f"{len(texts)}, {len(tokens)}, {len(importance)} and {len(captions)}"
        )
    shown = [[line[:_LONGEST_LINE] for line in text.split("\n")[:_MOST_LINES]] for text in texts]
    width = _CHARACTER * max(60, *(len(line) for lines in shown for line in lines)) + 0.4
    heights = [_LINE * len(lines) for lines in shown]
    height = sum(heights) + _BETWEEN * len(texts) + 0.3
    figure = Figure(figsize=(width, height))
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False, y=1 - 0.1 / height)
    top = height - 0.3
    for lines, text, pieces, values, caption, tall in zip(
        shown, texts, tokens, importance, captions, heights, strict=True
    ):
        top -= _BETWEEN + tall
        axes = figure.add_axes((0.2 / width, top / height, 1 - 0.4 / width, tall / height))
        axes.set(xlim=(0, (width - 0.4) / _CHARACTER), ylim=(len(lines), 0))
        axes.axis("off")
        axes.set_title(caption, fontsize=LABEL_SIZE, loc="left", parse_math=False, pad=3)
        _colour(axes, text, pieces, np.asarray(values))
        for row, line in enumerate(lines):
            axes.text(
                0, row + 0.5, line, family="DejaVu Sans Mono", fontsize=_FONT_SIZE, va="center",
                parse_math=False, zorder=2,
            )  # fmt: skip
    return figure


def _colour(axes: object, text: str, tokens: Sequence[str], values: np.ndarray) -> None:
    if values.shape != (len(tokens),):
        raise ValueError(
            f"expected a number for each of {len(tokens)} tokens, received {values.shape}"
        )
    largest = max(float(np.abs(values).max(initial=0.0)), 1e-9)
    searched, end = text.lower(), 0
    for token, value in zip(tokens, values, strict=True):
        start = -1 if token.isspace() else searched.find(token.lower(), end)
        if start < 0:
            continue
        end = start + len(token)
        row, column = text.count("\n", 0, start), start - text.rfind("\n", 0, start) - 1
        if row < _MOST_LINES and column < _LONGEST_LINE:
            axes.add_patch(  # type: ignore[attr-defined]
                Rectangle(
                    (column, row), len(token), 1, color="tab:blue" if value > 0 else "tab:red",
                    alpha=0.75 * abs(float(value)) / largest, linewidth=0,
                )
            )  # fmt: skip
