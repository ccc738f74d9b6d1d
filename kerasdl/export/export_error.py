"""An export did not succeed."""


class ExportError(RuntimeError):
    """An export failed and left nothing behind; the message is one line."""
