"""The error for data that is neither here nor to be had."""

from kerasdl.data.data_error import DataError


class DataUnavailableError(DataError):
    """The set is known, but it is not prepared and could not be downloaded.

    This is the one data error from which `load_images("auto")` falls back to
    another set: a damaged set or a wrong folder is reported instead.

    Args:
        message: the line for the user.
        reason: why the set cannot be had, as a clause that can follow its name.
    """

    def __init__(self, message: str, reason: str):
        super().__init__(message)
        self.reason = reason
