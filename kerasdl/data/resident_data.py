"""What every set of examples in memory does the same way."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl import files
from kerasdl.data import pipelines

if TYPE_CHECKING:
    import tensorflow as tf

    from kerasdl.data.augmentation import Augmentation
    from kerasdl.data.data_info import DataInfo


class ResidentData:
    """Batches from examples that lie in memory.

    A subclass has `info` and `augmentation`, says with `arrays` what its examples are, and
    has `samples`, or a `write_samples` of its own.
    """

    info: DataInfo
    augmentation: Augmentation | None
    samples: Mapping[str, str]

    def arrays(self, split: str) -> Any:
        """Returns the examples of `"train"`, `"validation"` or `"test"`, as Keras takes them.

        Returns:
            A structure of arrays with the same first dimension, such as
            `(inputs, targets)` or `({"source": a, "target": b}, targets)`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define arrays(split).")

    def steps_per_epoch(self, batch_size: int) -> int:
        """Returns the number of full training batches in one pass over the training set."""
        return pipelines.steps_per_epoch(self.info.counts["train"], batch_size)

    def epoch_batches(
        self, batch_size: int, seed: int, epoch: int, first_step: int = 0
    ) -> tf.data.Dataset:
        """Returns the shuffled batches of one epoch; see `pipelines.epoch_batches`."""
        return pipelines.epoch_batches(
            self._resident_train, batch_size, seed, epoch, first_step, self.augmentation
        )

    def validation_batches(self, batch_size: int) -> tf.data.Dataset:
        """Returns every validation example once, in order; the last batch may be smaller."""
        return pipelines.ordered_batches(self.arrays("validation"), batch_size)

    def test_batches(self, batch_size: int) -> tf.data.Dataset:
        """Returns every test example once, in order; the last batch may be smaller."""
        return pipelines.ordered_batches(self.arrays("test"), batch_size)

    def write_samples(self, folder: Path) -> None:
        """Writes some examples to try `kerasdl predict` with: `samples`, file name -> text."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.samples.items():
            files.write_text(folder / name, text)

    @cached_property
    def _resident_train(self) -> Any:
        return pipelines.resident(self.arrays("train"))
