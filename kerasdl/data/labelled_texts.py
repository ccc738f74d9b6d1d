"""Texts and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class LabelledTexts:
    """Texts, and the class of each.

    Args:
        texts: the texts.
        labels: int64 array of shape `[examples]`.

    Raises:
        ValueError: if there are more of one than of the other.

    Example:

    >>> import numpy as np
    >>> some = LabelledTexts(("good", "bad", "fine"), np.array([1, 0, 1]))
    >>> len(some), some.take(np.array([2])).texts
    (3, ('fine',))
    """

    texts: tuple[str, ...]
    labels: np.ndarray

    def __post_init__(self) -> None:
        if self.labels.shape != (len(self.texts),):
            raise ValueError(
                f"labels must have the shape [{len(self.texts)}], one for each text; received "
                f"{list(self.labels.shape)}"
            )

    def __len__(self) -> int:
        return len(self.texts)

    def take(self, indices: np.ndarray) -> LabelledTexts:
        """Returns the examples with these indices, in the order of the indices."""
        return LabelledTexts(tuple(self.texts[index] for index in indices), self.labels[indices])
