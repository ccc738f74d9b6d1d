"""What a classifier says about one example."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Prediction:
    """What a classifier says about one example.

    Args:
        label: The name of the most probable class.
        class_index: Its position among the labels.
        probability: Its probability.
        probabilities: Those of all classes, in the order of the labels.
    """

    label: str
    class_index: int
    probability: float
    probabilities: tuple[float, ...]
