"""A file could not be written."""

from pathlib import Path

from kerasdl.user_error import UserError


class CannotSaveError(UserError, OSError):
    """A file could not be written: the disk is full, or the folder is not ours.

    An `OSError` for code that handles those, and a `UserError` for the user.

    Args:
        path: the file.
        error: what the system said.
    """

    def __init__(self, path: Path, error: OSError) -> None:
        reason = error.strerror or str(error) or type(error).__name__
        super().__init__(f"Cannot save '{path}': {reason}. What was saved before is whole.")
        self.errno = error.errno
        self.strerror = reason

    def __str__(self) -> str:
        return str(self.args[0])
