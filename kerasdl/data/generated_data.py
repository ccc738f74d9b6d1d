"""Examples that are made when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerasdl.data import pipelines
from kerasdl.data.data_info import DataInfo
from kerasdl.data.resident_data import ResidentData

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True, eq=False)
class GeneratedData(ResidentData):
    """Examples of a task with known answers, new ones in each training batch.

    No example is seen twice, so that a model cannot learn them by heart. Those for validation
    and test do not change; the ones for the test are the same for every seed.

    Args:
        info: what the data is; its `counts` say how many examples an epoch has.
        generate: from a number of examples and a seed, int64 `[2]`, to a structure of tensors
            as Keras takes it; a pure function of both, see `pipelines.generated_batches`.
        seed: decides the examples for validation.
        samples: file name -> text, some examples to try `kerasdl predict` with.

    Example:

        >>> import tensorflow as tf
        >>> from kerasdl.data import DataInfo, GeneratedData
        >>> info = DataInfo("doubles", "doubles", "Generated.", "generated", "1",
        ...                 {"train": 8, "validation": 2, "test": 2})
        >>> def generate(count, seed):
        ...     numbers = tf.random.stateless_uniform([count, 1], seed)
        ...     return numbers, 2 * numbers
        >>> data = GeneratedData(info, generate)
        >>> [len(inputs) for inputs, _ in data.epoch_batches(4, seed=0, epoch=0)]
        [4, 4]
    """

    info: DataInfo
    generate: Callable[[int, tf.Tensor], Any]
    seed: int = 0
    samples: Mapping[str, str] = field(default_factory=dict)

    def arrays(self, split: str) -> Any:
        """Returns the examples of a split; of `"train"` some like those of its epochs."""
        import tensorflow as tf

        # Training batches count from 0.
        seed = {"train": (self.seed, -3), "validation": (self.seed, -2), "test": (0, -1)}[split]
        with tf.device("CPU:0"):  # as in `tf.data`
            examples = self.generate(self.info.counts[split], tf.constant(seed, tf.int64))
        return tf.nest.map_structure(lambda tensor: tensor.numpy(), examples)

    def epoch_batches(
        self, batch_size: int, seed: int, epoch: int, first_step: int = 0
    ) -> tf.data.Dataset:
        """Returns the batches of one epoch; see `pipelines.generated_batches`."""
        return pipelines.generated_batches(
            self.generate, self.info.counts["train"], batch_size, seed, epoch, first_step
        )
