"""Images that are to be given back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.data.data_info import DataInfo
from kerasdl.data.held_out import hold_out
from kerasdl.data.image_data import ImageData
from kerasdl.data.resident_data import ResidentData

if TYPE_CHECKING:
    import numpy as np

    from kerasdl.data.augmentation import Augmentation

# The same for every run, so that results can be compared.
_SEEDS = {"validation": (0, 1), "test": (0, 2)}


@dataclass(frozen=True, eq=False)
class ReconstructionData(ResidentData):
    """Images as inputs and targets of a model that gives them back.

    Args:
        source: the images; their labels are left out.
        pairs: from a batch of images and a seed to inputs and targets. Called anew for
            each training batch, with a seed of its own; once for validation and test,
            with seeds that are the same in every run.
        info: what the data is.
        anomalies: test images of a class that was left out of `source`, uint8.

    Example:

        >>> from kerasdl.data import binarized_pairs, load_images
        >>> data = ReconstructionData.of(load_images("digits"), binarized_pairs())
        >>> inputs, targets = next(iter(data.epoch_batches(32, seed=1, epoch=0)))
        >>> inputs.shape, sorted(set(targets.numpy().ravel().tolist()))
        (TensorShape([32, 28, 28, 1]), [0, 255])
    """

    source: ImageData
    pairs: Augmentation
    info: DataInfo
    anomalies: np.ndarray | None = None

    @classmethod
    def of(cls, source: ImageData, pairs: Augmentation, **details: Any) -> ReconstructionData:
        """Returns the data; `details` go into its `info`."""
        info = replace(source.info, details={**source.info.details, **details})
        return cls(source, pairs, info)

    def without(self, class_name: str) -> ReconstructionData:
        """Returns the data without a class, whose test images are the `anomalies`.

        Raises:
            DataError: if there is no such class, or nothing else.
        """
        source, anomalies = hold_out(self.source, class_name)
        details = {**self.info.details, "held_out": class_name}
        return replace(
            self, source=source, anomalies=anomalies, info=replace(source.info, details=details)
        )

    @property
    def augmentation(self) -> Augmentation:  # type: ignore[override]
        """What makes training batches."""
        return self.pairs

    def arrays(self, split: str) -> Any:
        """Returns inputs and targets of a split; of the training split the images."""
        images = getattr(self.source, split).images
        if split == "train":
            return (images,)
        return tuple(tensor.numpy() for tensor in self.pairs((images,), _SEEDS[split]))

    def write_samples(self, folder: Path) -> None:
        """Writes the first test images as PNG files."""
        self.source.write_samples(folder)
