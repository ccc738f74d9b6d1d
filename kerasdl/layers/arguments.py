"""Checks and conversions of constructor arguments that layers share."""

from typing import Any

import keras


def check_positive_integers(**arguments: Any) -> None:
    """Checks that each named argument is an integer of at least 1.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(f"Received {name}={value!r}. Expected an integer of at least 1.")


def check_rates(**arguments: Any) -> None:
    """Checks that each named argument is a probability below 1.

    Raises:
        ValueError: If one is not; the message names it.
    """
    for name, value in arguments.items():
        if not isinstance(value, int | float) or not 0 <= value < 1:
            raise ValueError(f"Received {name}={value!r}. Expected a number in [0, 1).")


def check_choice(choices: tuple[Any, ...], **arguments: Any) -> None:
    """Checks that each named argument is one of the choices.

    Raises:
        ValueError: If one is not; the message names it and lists the choices.
    """
    for name, value in arguments.items():
        if value not in choices:
            raise ValueError(f"Received {name}={value!r}. Expected one of {choices}.")


def check_sequence_shape(shape: Any) -> None:
    """Checks that a shape is `(batch, time, width)` with a known width.

    Raises:
        ValueError: If it is not.
    """
    if len(shape) != 3 or shape[-1] is None:
        raise ValueError(
            f"Received inputs of shape {tuple(shape)}. Expected (batch, time, width) with a known "
            "width: embed tokens, or cut images into patches, first."
        )


def fresh(initializer: Any) -> Any:
    """A copy of an initializer, so that two weights of one shape do not start out equal.

    An initializer without a seed picks one when it is made and then gives the
    same values for the same shape every time.
    """
    return (
        initializer.clone()
        if isinstance(initializer, keras.initializers.Initializer)
        else (initializer)
    )
