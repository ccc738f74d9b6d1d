"""The `InverseSqrt` schedule."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive
from kerasdl.registration import public


@public
class InverseSqrt(keras.optimizers.schedules.LearningRateSchedule):
    """Rises in a straight line, then falls with the square root of the step.

    It needs no length of the training, which can so go on for as long as it helps.
    Vaswani et al. (2017), "Attention is all you need", equation 3, whose rate is
    this one with `max_learning_rate = (d_model * warmup_steps) ** -0.5`.

    The rate is `max_learning_rate * min(t / warmup_steps, sqrt(warmup_steps / t))`
    with `t = step + 1`, as the paper counts from 1: the first step already moves.

    Args:
        max_learning_rate: The rate at the peak, after `warmup_steps`.
        warmup_steps: Steps that rise, at least 1.
        name: Name of the schedule.

    Call arguments:
        step: Integer or integer tensor, counted from 0.

    Returns:
        The learning rate at that step, a float32 scalar tensor.

    Raises:
        ValueError: If an argument is not positive.

    Example:

    >>> schedule = InverseSqrt(max_learning_rate=0.1, warmup_steps=100)
    >>> [round(float(schedule(step)), 3) for step in (49, 99, 399)]
    [0.05, 0.1, 0.05]
    """

    def __init__(
        self, max_learning_rate: float, warmup_steps: int, name: str = "InverseSqrt"
    ) -> None:
        super().__init__()
        check_positive(max_learning_rate=max_learning_rate, warmup_steps=warmup_steps)
        self.max_learning_rate = max_learning_rate
        self.warmup_steps = warmup_steps
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at `step`."""
        progress = (ops.cast(step, "float32") + 1) / self.warmup_steps
        return self.max_learning_rate * ops.minimum(progress, ops.rsqrt(progress))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same schedule again."""
        return {
            "max_learning_rate": self.max_learning_rate,
            "warmup_steps": self.warmup_steps,
            "name": self.name,
        }
