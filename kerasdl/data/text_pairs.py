"""Texts, and what they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class TextPairs:
    """Source texts, and the target text of each.

    Args:
        sources: what a model is given.
        targets: what it shall answer, one for each source.

    Raises:
        ValueError: if there are more of one than of the other.

    Example:

    >>> pairs = TextPairs(("three", "four"), ("3", "4"))
    >>> len(pairs), pairs.take([1]).targets
    (2, ('4',))
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.sources) != len(self.targets):
            raise ValueError(
                f"every source needs its target; received {len(self.sources)} sources and "
                f"{len(self.targets)} targets"
            )

    def __len__(self) -> int:
        return len(self.sources)

    def take(self, indices: np.ndarray | list[int]) -> TextPairs:
        """Returns the pairs with these indices, in the order of the indices."""
        return TextPairs(
            tuple(self.sources[index] for index in indices),
            tuple(self.targets[index] for index in indices),
        )

    def first(self, count: int) -> TextPairs:
        """Returns the first pairs, at most `count`."""
        return TextPairs(self.sources[:count], self.targets[:count])
