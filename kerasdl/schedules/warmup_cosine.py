"""The `WarmupCosine` schedule."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_non_negative, check_positive
from kerasdl.registration import public
from kerasdl.schedules.annealing import cosine, linear


@public
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Rises in a straight line, then falls along half a cosine wave.

    The usual schedule of transformers and of training with large batches: the
    warm-up lets Adam's averages settle before large steps are made (Goyal et al.
    2017), the slow fall is Loshchilov and Hutter's (2017, "SGDR").

    The rate goes from 0 to `max_learning_rate` in `warmup_steps`, then to
    `final_learning_rate` at `total_steps`, and stays there.

    Args:
        max_learning_rate: The rate at the peak.
        total_steps: Steps (batches, not epochs) of the whole training.
        warmup_steps: Steps that rise, fewer than `total_steps`; may be 0.
        final_learning_rate: The rate at the end, at most `max_learning_rate`.
        name: Name of the schedule.

    Call arguments:
        step: Integer or integer tensor, counted from 0.

    Returns:
        The learning rate at that step, a float32 scalar tensor.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> schedule = WarmupCosine(max_learning_rate=0.1, total_steps=100, warmup_steps=10)
    >>> [round(float(schedule(step)), 3) for step in (0, 5, 10, 55, 100)]
    [0.0, 0.05, 0.1, 0.05, 0.0]
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        warmup_steps: int = 0,
        final_learning_rate: float = 0.0,
        name: str = "WarmupCosine",
    ) -> None:
        super().__init__()
        check_positive(max_learning_rate=max_learning_rate, total_steps=total_steps)
        check_non_negative(warmup_steps=warmup_steps, final_learning_rate=final_learning_rate)
        if warmup_steps >= total_steps:
            raise ValueError(
                f"warmup_steps must be fewer than total_steps. Received: "
                f"warmup_steps={warmup_steps}, total_steps={total_steps}"
            )
        if final_learning_rate > max_learning_rate:
            raise ValueError(
                f"final_learning_rate must be at most max_learning_rate. Received: "
                f"final_learning_rate={final_learning_rate}, max_learning_rate={max_learning_rate}"
            )
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.final_learning_rate = final_learning_rate
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at `step`."""
        step = ops.cast(step, "float32")
        fall = (step - self.warmup_steps) / (self.total_steps - self.warmup_steps)
        rate = cosine(self.max_learning_rate, self.final_learning_rate, ops.clip(fall, 0.0, 1.0))
        if self.warmup_steps == 0:
            return rate
        rise = linear(0.0, self.max_learning_rate, step / self.warmup_steps)
        return ops.where(step < self.warmup_steps, rise, rate)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same schedule again."""
        return {
            "max_learning_rate": self.max_learning_rate,
            "total_steps": self.total_steps,
            "warmup_steps": self.warmup_steps,
            "final_learning_rate": self.final_learning_rate,
            "name": self.name,
        }
