"""What the pictures have in common: colours, sizes, and a quiet frame."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes

# Okabe and Ito (2008): told apart with any colour vision, blue and vermilion in grey print too.
BLUE = "#0072B2"
VERMILION = "#D55E00"
GREEN = "#009E73"
GREY = "#767676"

TITLE_SIZE = 13
LABEL_SIZE = 10
SMALL_SIZE = 9


def quiet_frame(axes: Axes) -> None:
    """Leave of the frame only the two sides that carry a scale, and add a faint grid."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, color=GREY, alpha=0.2, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(which="both", labelsize=SMALL_SIZE)


def readable_on(color: Sequence[float]) -> str:
    """Choose black or white text, whichever has more contrast on an RGB(A) `color`.

    The relative luminance and the contrast are those of WCAG 2.1; the worst
    background still leaves a contrast of 4.5.

    Example:
        >>> readable_on((1.0, 1.0, 0.0)), readable_on((0.0, 0.0, 1.0))
        ('black', 'white')
    """
    channels = np.asarray(color[:3], dtype=np.float64)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return "black" if (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) else "white"


def shorten(text: str, length: int) -> str:
    """Cut `text` to at most `length` characters, the last of them an ellipsis.

    Example:
        >>> shorten("automobile", 5)
        'auto…'
    """
    return text if len(text) <= length else text[: length - 1] + "…"
