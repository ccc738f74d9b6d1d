"""Paths that a user wrote, and what lies below them."""

import os
from pathlib import Path
from typing import NoReturn

from kerasdl.data.data_error import DataError


def user_path(name: str | os.PathLike[str]) -> Path:
    """Returns the path that a user wrote, `~` being their home; there need be nothing.

    >>> user_path("photos/cats").parts
    ('photos', 'cats')

    Raises:
        DataError: if it is empty, or the system does not say whether there is something.
    """
    # An unset variable of the shell, which would be the working directory.
    if not os.fspath(name):
        raise DataError("the name of the data is empty; expected a name, a file or a folder")
    # Other than `Path.expanduser`, this leaves the home of a user alone whom nobody knows.
    path = Path(os.path.expanduser(name))
    try:
        path.exists()
    except OSError as error:
        raise DataError(f"{str(name)!r} cannot be looked for: {error.strerror}") from error
    return path


def visible_paths(folder: Path) -> list[Path]:
    """Returns what lies in a folder, in alphabetical order, without what is hidden.

    Raises:
        DataError: if the folder cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        _refuse(error)


def visible_files(folder: Path) -> list[Path]:
    """Returns what is no folder in a folder and the folders in it, without what is hidden.

    Raises:
        DataError: if one of the folders cannot be read.
    """
    found: list[Path] = []
    for home, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(home, name) for name in files if not name.startswith(".")]
    return sorted(found)


def _refuse(error: OSError) -> NoReturn:
    raise DataError(f"{error.filename} cannot be read: {error.strerror}") from error
