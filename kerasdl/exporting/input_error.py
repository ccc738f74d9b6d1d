"""What a user gave cannot be used."""

from kerasdl.user_error import UserError


class InputError(UserError):
    """A file or folder that a user named cannot be used; the message is one line."""
