"""The `Cyclical` schedule."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_choice, check_positive
from kerasdl.registration import public
from kerasdl.schedules.annealing import linear

MODES = ("triangular", "triangular2")


@public
class Cyclical(keras.optimizers.schedules.LearningRateSchedule):
    """Goes up and down between two learning rates, again and again.

    Large rates leave sharp minima, small ones settle; the best constant rate need not
    be searched for. Smith (2017), "Cyclical learning rates for training neural
    networks".

    Args:
        min_learning_rate: The rate at the start and the end of each cycle.
        max_learning_rate: The rate in the middle of the first cycle.
        half_cycle_steps: Steps of each way up or down; the paper advises 2 to 8 epochs.
        mode: `"triangular"`: all cycles alike; `"triangular2"`: each rises half as
            far as the one before.
        name: Name of the schedule.

    Call arguments:
        step: Integer or integer tensor, counted from 0.

    Returns:
        The learning rate at that step, a float32 scalar tensor.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> schedule = Cyclical(0.1, 0.5, half_cycle_steps=10, mode="triangular2")
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 20, 30)]
    [0.1, 0.3, 0.5, 0.1, 0.3]
    """

    def __init__(
        self,
        min_learning_rate: float,
        max_learning_rate: float,
        half_cycle_steps: int,
        mode: str = "triangular",
        name: str = "Cyclical",
    ) -> None:
        super().__init__()
        check_positive(min_learning_rate=min_learning_rate, half_cycle_steps=half_cycle_steps)
        if not max_learning_rate >= min_learning_rate:
            raise ValueError(
                f"max_learning_rate must be at least min_learning_rate. Received: "
                f"max_learning_rate={max_learning_rate}, min_learning_rate={min_learning_rate}"
            )
        check_choice(MODES, mode=mode)
        self.min_learning_rate = min_learning_rate
        self.max_learning_rate = max_learning_rate
        self.half_cycle_steps = half_cycle_steps
        self.mode = mode
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at `step`."""
        cycles = ops.cast(step, "float32") / (2 * self.half_cycle_steps)
        cycle = ops.floor(cycles)
        height = 1 - ops.abs(2 * (cycles - cycle) - 1)
        if self.mode == "triangular2":
            height = height * 0.5**cycle
        return linear(self.min_learning_rate, self.max_learning_rate, height)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same schedule again."""
        return {
            "min_learning_rate": self.min_learning_rate,
            "max_learning_rate": self.max_learning_rate,
            "half_cycle_steps": self.half_cycle_steps,
            "mode": self.mode,
            "name": self.name,
        }
