"""Texts that an export is checked with, from files."""

from pathlib import Path


def read_texts(folder: str | Path) -> list[str]:
    """Reads the texts of a folder, such as the samples of a run, in the order of their names.

    Args:
        folder: files in UTF-8 alone.

    Returns:
        The text of each, line ends as they are.
    """
    # Not `read_text`, which would turn a carriage return into a character that a model of
    # characters may not know.
    return [file.read_bytes().decode() for file in sorted(Path(folder).iterdir())]
