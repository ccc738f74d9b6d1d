"""Files that a person names, where they might have written words instead."""

import os
from pathlib import Path

from kerasdl.data.data_error import DataError
from kerasdl.data.text_files import read_text_file
from kerasdl.exporting.input_error import InputError


def named_file(given: str) -> Path | None:
    """Returns the file that is named, or None where the words themselves are meant.

    >>> named_file("~ 10 people, and ever so many words") is None
    True
    """
    # Other than `Path.expanduser`, this takes any words that begin with a tilde.
    path = Path(os.path.expanduser(given))
    try:
        return path if path.is_file() or path.suffix == ".txt" else None
    except OSError:  # words too long for a name
        return None


def read_text(file: str | Path) -> str:
    """Returns the text of a file in UTF-8.

    Raises:
        InputError: if the file cannot be read, or is no such text.
    """
    try:
        return read_text_file(Path(file))
    except DataError as error:
        raise InputError(str(error)) from error
