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
