"""The error for data that the user can mend."""

from kerasdl.user_error import UserError


class DataError(UserError):
    """A problem with the data, told in one line: what, where, and the cure.

    Raised for everything that the user of a recipe can put right: an unknown
    name, a folder without the set, a damaged file. The command line prints the
    message and no traceback.

        >>> from kerasdl.data import load_images
        >>> load_images("mnits")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ...
        kerasdl.data.data_error.DataError: unknown data set 'mnits'; did you mean 'mnist'? ...
    """
