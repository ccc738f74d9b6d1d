"""A loaded set of labelled images, split three ways."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.data.data_info import DataInfo
from kerasdl.data.labelled_images import LabelledImages
from kerasdl.data.resident_data import ResidentData

if TYPE_CHECKING:
    from kerasdl.data.augmentation import Augmentation


@dataclass(frozen=True, eq=False)
class ImageData(ResidentData):
    """Labelled images for training, validation and test, and where they came from.

    Args:
        info: what the data is, where it was read from, and why.
        train: what the model is trained on.
        validation: carved from the training examples; chooses the best model.
        test: for the last measurement alone.
        augmentation: changes each training batch at random; nothing else is changed.

    Example:

        >>> from kerasdl.data import load_images
        >>> data = load_images("digits")
        >>> images, labels = next(iter(data.epoch_batches(32, seed=1, epoch=0)))
        >>> images.shape, images.dtype.name, labels.dtype.name
        (TensorShape([32, 28, 28, 1]), 'uint8', 'int64')
    """

    info: DataInfo
    train: LabelledImages
    validation: LabelledImages
    test: LabelledImages
    augmentation: Augmentation | None = None

    def arrays(self, split: str) -> Any:
        """Returns images and labels of a split."""
        examples = getattr(self, split)
        return examples.images, examples.labels

    def augmented(self, *changes: Augmentation) -> ImageData:
        """Returns the same images with random changes to each training batch, one by one.

        Args:
            *changes: such as `kerasdl.data.random_shift(2)`.
        """
        from kerasdl.data.augmentation import compose

        return replace(self, augmentation=compose(*changes))

    def write_samples(self, folder: Path, count: int = 3) -> None:
        """Writes the first test images as PNG files, named by position and class."""
        from PIL import Image

        folder.mkdir(parents=True, exist_ok=True)
        for index in range(min(count, len(self.test))):
            image = self.test.images[index]
            name = self.info.class_names[self.test.labels[index]].replace("/", "-")
            pixels = image[:, :, 0] if image.shape[-1] == 1 else image
            Image.fromarray(pixels).save(folder / f"{index}-is-{name}.png")
