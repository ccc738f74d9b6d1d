"""The error that a user can mend."""

from typing import ClassVar


class UserError(ValueError):
    """A mistake in what was asked for, told in one line.

    The message says what was received, what was expected and what to do. The
    command line prints it without a traceback and exits with `exit_code`.
    """

    exit_code: ClassVar[int] = 2
