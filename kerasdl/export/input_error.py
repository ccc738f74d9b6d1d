"""What a user gave cannot be used."""


class InputError(ValueError):
    """A file or folder that a user named cannot be used; the message is one line."""
