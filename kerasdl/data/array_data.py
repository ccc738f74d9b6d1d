"""Arrays of examples, split three ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerasdl.data.data_info import DataInfo
from kerasdl.data.resident_data import ResidentData

if TYPE_CHECKING:
    from kerasdl.data.augmentation import Augmentation


@dataclass(frozen=True, eq=False)
class ArrayData(ResidentData):
    """Examples of any kind for training, validation and test, and where they came from.

    Each split is a structure of arrays as `keras.Model.fit` takes it, with the same
    first dimension: `(inputs, targets)`, `(inputs, targets, sample_weights)`,
    `({"source": a, "target": b}, targets)`.

    Args:
        info: what the data is, where it was read from, and why.
        train: what the model is trained on.
        validation: chooses the best model.
        test: for the last measurement alone.
        augmentation: changes each training batch at random; nothing else is changed.
        samples: file name -> text, some examples to try `kerasdl predict` with.

    Example:

        >>> import numpy as np
        >>> from kerasdl.data import ArrayData, DataInfo
        >>> info = DataInfo("line", "line", "Generated.", "generated", "1",
        ...                 {"train": 4, "validation": 2, "test": 2})
        >>> split = lambda count: (np.arange(count), 2 * np.arange(count))
        >>> data = ArrayData(info, split(4), split(2), split(2))
        >>> [targets.numpy().tolist() for _, targets in data.test_batches(2)]
        [[0, 2]]
    """

    info: DataInfo
    train: Any
    validation: Any
    test: Any
    augmentation: Augmentation | None = None
    samples: Mapping[str, str] = field(default_factory=dict)

    def arrays(self, split: str) -> Any:
        """Returns the arrays of a split."""
        return getattr(self, split)
