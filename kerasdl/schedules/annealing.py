"""How a learning rate moves from one value to another, and what schedules check."""

import math
from typing import Any

from keras import ops


def linear(start: float, end: float, fraction: Any) -> Any:
    """The straight line from `start` (fraction 0) to `end` (fraction 1)."""
    return start + (end - start) * fraction


def cosine(start: float, end: float, fraction: Any) -> Any:
    """Half a cosine wave from `start` (fraction 0) to `end` (fraction 1), flat at both."""
    return end + (start - end) * (0.5 + 0.5 * ops.cos(math.pi * fraction))


ANNEALING = {"cosine": cosine, "linear": linear}


def check_positive(**values: float) -> None:
    """Raises ValueError unless all values, given by their argument's name, are positive."""
    for name, value in values.items():
        if not value > 0 or not math.isfinite(value):
            raise ValueError(f"{name} must be a positive number. Received: {name}={value!r}")


def check_non_negative(**values: float) -> None:
    """Raises ValueError unless all values, given by their argument's name, are at least 0."""
    for name, value in values.items():
        if not value >= 0 or not math.isfinite(value):
            raise ValueError(f"{name} must be a number of at least 0. Received: {name}={value!r}")
