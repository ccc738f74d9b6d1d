"""Files that are either whole or not there."""

import contextlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerasdl.cannot_save_error import CannotSaveError
from kerasdl.user_error import UserError

# Part of the name of every temporary file, so that leftovers are recognised.
TEMPORARY = ".writing-"


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yields a temporary path beside `path` that takes its place on success.

    A reader sees the old file or the new one, never half of one, also when the
    process is killed or the disk is full. On failure the temporary file is
    removed and `path` stays as it was.

    Args:
        path: the file to write. Its folder must exist.

    Raises:
        CannotSaveError: the disk is full, or the file cannot be written.

    Example:

    >>> import pathlib, tempfile
    >>> target = pathlib.Path(tempfile.mkdtemp()) / "notes.txt"
    >>> with replacing(target) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> target.read_text()
    'whole'
    """
    # The suffix is kept: Keras and others choose the format by it.
    temporary = path.with_name(f".{path.stem}{TEMPORARY}{secrets.token_hex(4)}{path.suffix}")
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as error:
        raise CannotSaveError(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def remove_leftovers(folder: Path) -> None:
    """Removes what a process that was killed while it wrote has left in a folder."""
    for temporary in folder.glob(f".*{TEMPORARY}*"):
        temporary.unlink(missing_ok=True)


def check_writable(folder: Path, option: str) -> None:
    """Finds out whether files can be written to a folder, before hours are spent on them.

    Args:
        folder: the folder; it need not exist yet, and is not made.
        option: the option that names it, for the message.

    Raises:
        UserError: they cannot.
    """
    existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise UserError(
            f"Cannot write to '{folder}': {error.strerror}. "
            f"Choose a folder that you may write with {option}."
        ) from None


def write_text(path: Path, text: str) -> None:
    """Writes `text` to `path` in one step, as UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Writes `value` to `path` in one step, as JSON for people to read."""
    write_text(path, json.dumps(value, indent=2) + "\n")
