"""The `StepDecay` schedule."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive
from kerasdl.registration import public


@public
class StepDecay(keras.optimizers.schedules.LearningRateSchedule):
    """Multiplies the learning rate by a factor at certain steps.

    He et al. (2016), "Deep residual learning for image recognition", divide it by
    ten after half and after three quarters of the training.

    Args:
        initial_learning_rate: The rate before the first boundary.
        boundaries: Increasing steps, from each of which on the rate is `decay_rate` of
            what it was.
        decay_rate: The factor, in `(0, 1]`.
        name: Name of the schedule.

    Call arguments:
        step: Integer or integer tensor, counted from 0.

    Returns:
        The learning rate at that step, a float32 scalar tensor.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> schedule = StepDecay(initial_learning_rate=0.1, boundaries=(50, 75))
    >>> [round(float(schedule(step)), 4) for step in (0, 49, 50, 75)]
    [0.1, 0.1, 0.01, 0.001]
    """

    def __init__(
        self,
        initial_learning_rate: float,
        boundaries: Sequence[int],
        decay_rate: float = 0.1,
        name: str = "StepDecay",
    ) -> None:
        super().__init__()
        check_positive(initial_learning_rate=initial_learning_rate)
        boundaries = tuple(boundaries)
        if not boundaries or boundaries[0] <= 0 or sorted(set(boundaries)) != list(boundaries):
            raise ValueError(
                f"boundaries must be increasing positive steps. Received: boundaries={boundaries}"
            )
        if not 0 < decay_rate <= 1:
            raise ValueError(f"decay_rate must be in (0, 1]. Received: decay_rate={decay_rate!r}")
        self.initial_learning_rate = initial_learning_rate
        self.boundaries = boundaries
        self.decay_rate = decay_rate
        self.name = name

    def __call__(self, step: Any) -> Any:
        """The learning rate at `step`."""
        passed = ops.cast(step, "float32") >= ops.convert_to_tensor(self.boundaries, "float32")
        decays = ops.sum(ops.cast(passed, "float32"))
        return self.initial_learning_rate * self.decay_rate**decays

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same schedule again."""
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "boundaries": self.boundaries,
            "decay_rate": self.decay_rate,
            "name": self.name,
        }
