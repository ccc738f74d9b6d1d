"""Writing a figure to a file."""

import os
import warnings
from pathlib import Path

from matplotlib.figure import Figure

from kerasdl.files import replacing

_DOTS_PER_INCH = 150


def save(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Write a figure as PNG, wholly or not at all.

    The picture is written to a temporary file in the same folder, which then
    takes the place of `path`: a reader never sees half a picture, and a failure
    leaves what was there before. The same figure gives the same bytes: nothing
    but the picture is in the file, neither time nor version.

    Args:
        figure: what to write.
        path: where to, ending in `.png`, in a folder that exists.

    Returns:
        The path written to.

    Raises:
        ValueError: if `path` does not end in `.png`.
        OSError: if the file cannot be written; no file is left behind.

    Example:
        >>> import tempfile
        >>> from kerasdl import plots
        >>> figure = plots.curves({"loss": [0.9, 0.5]}, title="Two epochs")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plots.save(figure, f"{folder}/curves.png").name
        'curves.png'
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise ValueError(f"path must end in .png, received {str(path)!r}")
    with replacing(path) as temporary, warnings.catch_warnings():
        # A user's own words, in letters that matplotlib's font lacks: boxes are drawn for them.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(temporary, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    return path
