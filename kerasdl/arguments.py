"""Checks of arguments: what was received, what is expected, in the same words everywhere."""

import math
from collections.abc import Iterable
from typing import Any


def check_positive_integers(**arguments: Any) -> None:
    """Checks that each named argument is an integer of at least 1.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"Received {name}={value!r}. Expected an integer of at least 1.")


def check_positive(**arguments: Any) -> None:
    """Checks that each named argument is a finite number above 0.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if not _is_number(value) or not 0 < value < math.inf:
            raise ValueError(f"Received {name}={value!r}. Expected a number above 0.")


def check_non_negative(**arguments: Any) -> None:
    """Checks that each named argument is a finite number of at least 0.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if not _is_number(value) or not 0 <= value < math.inf:
            raise ValueError(f"Received {name}={value!r}. Expected a number of at least 0.")


def check_rates(**arguments: Any) -> None:
    """Checks that each named argument is a fraction, or a probability, below 1.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if not _is_number(value) or not 0 <= value < 1:
            raise ValueError(f"Received {name}={value!r}. Expected a number in [0, 1).")


def check_choice(choices: Iterable[Any], **arguments: Any) -> None:
    """Checks that each named argument is one of the choices.

    Raises:
        ValueError: If one is not; the message names it and lists the choices.
    """
    choices = tuple(choices)
    for name, value in arguments.items():
        if value not in choices:
            raise ValueError(f"Received {name}={value!r}. Expected one of {choices}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
