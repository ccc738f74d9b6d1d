"""Where a decoder looks while it writes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from kerasdl.plots.style import SMALL_SIZE, TITLE_SIZE

_CELL = 0.24  # inches


def alignments(
    weights: Sequence[np.ndarray],
    source_tokens: Sequence[Sequence[str]],
    target_tokens: Sequence[Sequence[str]],
    title: str = "What each output looks at in the source",
) -> Figure:
    """Draw attention weights, a row for each token written, a column for each token read.

    Args:
        weights: for each example, floats `[target tokens, source tokens]` from 0 to 1.
        source_tokens: the source of each example, token by token.
        target_tokens: what was written, token by token.
        title: what stands above.

    Returns:
        The figure, with one entry in `axes` for each example.

    Raises:
        ValueError: if the three do not fit together.

    Example:
        >>> import numpy as np
        >>> figure = alignments([np.eye(2)], [["a", "b"]], [["A", "B"]])
        >>> [tick.get_text() for tick in figure.axes[0].get_xticklabels()]
        ['a', 'b']
    """
    if not len(weights) == len(source_tokens) == len(target_tokens) > 0:
        raise ValueError(
            "expected weights, source tokens and target tokens of the same examples, one at least; "
            f"received {len(weights)}, {len(source_tokens)} and {len(target_tokens)}"
        )
    # A word that stands upright needs more room than a character.
    longest = max(len(token) for tokens in source_tokens for token in tokens)
    upright = longest > 1
    heights = [
        len(tokens) * _CELL + (0.09 * longest + 0.5 if upright else 0.6) for tokens in target_tokens
    ]
    widest = max(map(len, source_tokens))
    left = 0.09 * max(len(token) for tokens in target_tokens for token in tokens) + 0.6
    figure = Figure(figsize=(widest * _CELL + left + 0.4, sum(heights) + 0.5), layout="constrained")
    figure.suptitle(title, fontsize=TITLE_SIZE, parse_math=False)
    every = figure.subplots(len(weights), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, values, source, target in zip(
        every, weights, source_tokens, target_tokens, strict=True
    ):
        values = np.asarray(values)
        if values.shape != (len(target), len(source)):
            raise ValueError(
                f"expected weights of shape {(len(target), len(source))} for as many target and "
                f"source tokens, received {values.shape}"
            )
        axes.imshow(values, cmap="Blues", vmin=0, vmax=1, aspect="equal")
        axes.set_anchor("W")
        axes.set_xticks(range(len(source)), source, fontsize=SMALL_SIZE, parse_math=False)
        axes.set_yticks(range(len(target)), target, fontsize=SMALL_SIZE, parse_math=False)
        axes.tick_params(length=0, top=False, labeltop=True, labelbottom=False)
        axes.tick_params(axis="x", rotation=90 if upright else 0)
        axes.spines[:].set_visible(False)
    return figure
