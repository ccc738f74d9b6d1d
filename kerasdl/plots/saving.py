"""Writing a figure to a file."""

import io
import os
import secrets
from pathlib import Path

from matplotlib.figure import Figure

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
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=_DOTS_PER_INCH, metadata={"Software": None})
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        temporary.write_bytes(picture.getbuffer())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
