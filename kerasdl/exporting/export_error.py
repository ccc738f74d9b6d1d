"""An export did not succeed."""

from kerasdl.user_error import UserError


class ExportError(UserError):
    """An export failed and left nothing behind; the message is one line."""
