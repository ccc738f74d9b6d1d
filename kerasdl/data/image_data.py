"""A loaded set of labelled images, split three ways."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kerasdl.data import pipelines
from kerasdl.data.data_info import DataInfo
from kerasdl.data.labelled_images import LabelledImages

if TYPE_CHECKING:
    import tensorflow as tf

    from kerasdl.data.augmentation import Augmentation


@dataclass(frozen=True, eq=False)
class ImageData:
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

    def steps_per_epoch(self, batch_size: int) -> int:
        """Returns the number of full training batches in one pass over the training set."""
        return pipelines.steps_per_epoch(len(self.train), batch_size)

    def epoch_batches(
        self, batch_size: int, seed: int, epoch: int, first_step: int = 0
    ) -> tf.data.Dataset:
        """Returns the shuffled batches of one epoch; see `pipelines.epoch_batches`."""
        return pipelines.epoch_batches(
            self._resident_train, batch_size, seed, epoch, first_step, self.augmentation
        )

    @cached_property
    def _resident_train(self) -> tuple[tf.Tensor, ...]:
        return pipelines.resident((self.train.images, self.train.labels))

    def write_samples(self, folder: Path, count: int = 3) -> None:
        """Writes the first test images as PNG files, named by position and class."""
        from PIL import Image

        folder.mkdir(parents=True, exist_ok=True)
        for index in range(min(count, len(self.test))):
            image = self.test.images[index]
            name = self.info.class_names[self.test.labels[index]].replace("/", "-")
            pixels = image[:, :, 0] if image.shape[-1] == 1 else image
            Image.fromarray(pixels).save(folder / f"{index}-is-{name}.png")

    def validation_batches(self, batch_size: int) -> tf.data.Dataset:
        """Returns every validation example once, in order; the last batch may be smaller."""
        validation = (self.validation.images, self.validation.labels)
        return pipelines.ordered_batches(validation, batch_size)

    def test_batches(self, batch_size: int) -> tf.data.Dataset:
        """Returns every test example once, in order; the last batch may be smaller."""
        return pipelines.ordered_batches((self.test.images, self.test.labels), batch_size)
