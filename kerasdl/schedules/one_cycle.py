"""The `OneCycle` schedule."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_choice, check_positive, check_rates
from kerasdl.registration import public
from kerasdl.schedules.annealing import ANNEALING


@public
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Rises to a large learning rate, then falls to almost nothing by the last step.

    The large rate in the middle regularises and covers ground, the long fall
    settles: short trainings reach what long ones at a constant rate do. Smith
    (2018), "A disciplined approach to neural network hyper-parameters".

    The rate goes from `max_learning_rate / initial_divisor` to `max_learning_rate` in
    the first `warmup_fraction` of the steps, then to `max_learning_rate /
    final_divisor` in the rest, and stays there.

    Args:
        max_learning_rate: The rate at the peak.
        total_steps: Steps (batches, not epochs) of the whole training.
        warmup_fraction: Part of the steps that rise, in `[0, 1)`.
        initial_divisor: Peak over first rate.
        final_divisor: Peak over last rate.
        annealing: `"cosine"` or `"linear"`: the form of both ways.
        name: Name of the schedule.

    Call arguments:
        step: Integer or integer tensor, counted from 0.

    Returns:
        The learning rate at that step, a float32 scalar tensor.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> schedule = OneCycle(max_learning_rate=0.1, total_steps=100)
    >>> [round(float(schedule(step)), 5) for step in (0, 30, 100)]
    [0.004, 0.1, 1e-05]
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        warmup_fraction: float = 0.3,
        initial_divisor: float = 25.0,
        final_divisor: float = 1e4,
        annealing: str = "cosine",
        name: str = "OneCycle",
    ) -> None:
        super().__init__()
        check_positive(
            max_learning_rate=max_learning_rate,
            total_steps=total_steps,
            initial_divisor=initial_divisor,
            final_divisor=final_divisor,
        )
        check_rates(warmup_fraction=warmup_fraction)
        check_choice(ANNEALING, annealing=annealing)
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.warmup_fraction = warmup_fraction
        self.initial_divisor = initial_divisor
        self.final_divisor = final_divisor
        self.annealing = annealing
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at `step`."""
        anneal = ANNEALING[self.annealing]
        first = self.max_learning_rate / self.initial_divisor
        last = self.max_learning_rate / self.final_divisor
        step = ops.cast(step, "float32")
        warmup_steps = self.warmup_fraction * self.total_steps
        fall = ops.clip((step - warmup_steps) / (self.total_steps - warmup_steps), 0.0, 1.0)
        rate = anneal(self.max_learning_rate, last, fall)
        if warmup_steps == 0:
            return rate
        rise = ops.minimum(step / warmup_steps, 1.0)
        return ops.where(rise < 1, anneal(first, self.max_learning_rate, rise), rate)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same schedule again."""
        return {
            "max_learning_rate": self.max_learning_rate,
            "total_steps": self.total_steps,
            "warmup_fraction": self.warmup_fraction,
            "initial_divisor": self.initial_divisor,
            "final_divisor": self.final_divisor,
            "annealing": self.annealing,
            "name": self.name,
        }
