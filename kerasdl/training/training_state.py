"""How far a run has come."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass
class TrainingState:
    """What a checkpoint keeps beside weights, optimizer and random state.

    Attributes:
        recipe: the recipe's name.
        epoch: epochs finished.
        step: steps done of the epoch after that, where the run was interrupted.
        metric_state: state of the running metrics after those steps.
        best: best validation result so far.
        best_epoch: the epoch (from 1) that reached it.
        seconds: time spent in training and validation.
        stopped: why training ended before the last epoch, if it did.
    """

    recipe: str
    epoch: int = 0
    step: int = 0
    metric_state: list[Any] | None = None
    best: float | None = None
    best_epoch: int = 0
    seconds: float = 0.0
    stopped: str | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it, for a JSON file."""
        return asdict(self)
