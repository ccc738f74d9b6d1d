"""Images and their labels, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Images and their labels, in memory.

    Images stay uint8 all the way to the model, which rescales them: a quarter
    of the memory and of the traffic of float32.

    Args:
        images: uint8 array of shape `[examples, height, width, channels]`.
        labels: int64 array of shape `[examples]`.

    Raises:
        ValueError: if a shape or a dtype is another one.

    Example:

        >>> import numpy as np
        >>> pair = LabelledImages(np.zeros((2, 28, 28, 1), "uint8"), np.array([3, 7]))
        >>> len(pair)
        2
    """

    images: np.ndarray
    labels: np.ndarray

    def __post_init__(self) -> None:
        images, labels = self.images, self.labels
        if images.ndim != 4 or images.dtype != "uint8":
            raise ValueError(
                "images must be uint8 of shape [examples, height, width, channels]; "
                f"received {images.dtype} of shape {list(images.shape)}"
            )
        if labels.shape != images.shape[:1] or labels.dtype != "int64":
            raise ValueError(
                f"labels must be int64 of shape [{len(images)}], one for each image; "
                f"received {labels.dtype} of shape {list(labels.shape)}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, indices: np.ndarray) -> LabelledImages:
        """Returns the examples with these indices, in the order of the indices."""
        return LabelledImages(self.images[indices], self.labels[indices])
