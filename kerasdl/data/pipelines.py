"""From arrays in memory to batches, as `tf.data` pipelines.

The arrays become one resident tensor each, and a batch is one gather from it:
no example is ever touched alone, which is what makes `tf.data` slow on small
examples. The functions take any structure (tuples and dictionaries, nested) of arrays
with the same first dimension, and give batches of the same structure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from kerasdl.data.augmentation import Augmentation


def steps_per_epoch(num_examples: int, batch_size: int) -> int:
    """Returns the number of full batches; a batch is at most as large as the whole set.

    >>> steps_per_epoch(1000, 128), steps_per_epoch(100, 128)
    (7, 1)
    """
    return num_examples // _fitting_batch_size(num_examples, batch_size)


def resident(arrays: Any) -> Any:
    """Returns the arrays as tensors in the memory that `tf.data` reads.

    The functions here do it themselves. Call it before, and give them the tensors,
    to copy large arrays once instead of every epoch.
    """
    import tensorflow as tf

    with tf.device("CPU:0"):  # where tf.data runs, whatever the model runs on
        return tf.nest.map_structure(tf.convert_to_tensor, arrays)


def epoch_batches(
    arrays: Any,
    batch_size: int,
    seed: int,
    epoch: int,
    first_step: int = 0,
    augmentation: Augmentation | None = None,
) -> tf.data.Dataset:
    """Returns the batches of one epoch, in an order of its own, to the epoch's end.

    The order is a pure function of `(seed, epoch)`: a run that is resumed at
    `first_step`, which may lie in the middle of the epoch, sees what it would have
    seen without the break. All batches have the same static size, as XLA wants
    it; the examples that are left over after the last full batch are others
    in each epoch.

    Args:
        arrays: a structure of arrays with the same first dimension, the number of
            examples.
        batch_size: examples in a batch; cut to the number of examples.
        seed: any 64-bit integer.
        epoch: the number of the epoch, from 0.
        first_step: the number of batches of this epoch that were already taken.
        augmentation: changes each batch at random, as a function of seed, epoch and
            step; see `kerasdl.data.augmentation`.

    Returns:
        A `tf.data.Dataset` of the same structure, one tensor `[batch_size, ...]` for each
        array, of known cardinality.

    Raises:
        ValueError: if the arrays differ in length, there is no example, the
            batch size is not positive, or `epoch` or `first_step` is out of range.

    Example:

        >>> import numpy as np
        >>> batches = epoch_batches((np.arange(6), np.arange(6) * 10), 3, seed=0, epoch=0)
        >>> first, second = [batch for batch, _ in batches]
        >>> sorted([*first.numpy().tolist(), *second.numpy().tolist()])
        [0, 1, 2, 3, 4, 5]
    """
    import tensorflow as tf

    num_examples = _common_length(arrays)
    batch_size = _fitting_batch_size(num_examples, batch_size)
    steps = num_examples // batch_size
    check_position(epoch, first_step, steps)
    held = resident(arrays)
    # A sort of stateless random keys. `index_shuffle` would need no memory at all,
    # but its orders of successive epochs are visibly correlated.
    order = tf.random.experimental.stateless_shuffle(
        tf.range(num_examples), seed=tf.constant([seed, epoch], tf.int64), alg="philox"
    )
    indices = tf.reshape(order[: steps * batch_size], [steps, batch_size])[first_step:]
    numbers = tf.range(epoch * steps + first_step, (epoch + 1) * steps, dtype=tf.int64)

    def gather(chosen: tf.Tensor, number: tf.Tensor) -> Any:
        batch = tf.nest.map_structure(lambda array: tf.gather(array, chosen), held)
        return augmentation(batch, tf.stack([seed, number])) if augmentation else batch

    return finish(tf.data.Dataset.from_tensor_slices((indices, numbers)).map(gather))


def generated_batches(
    generate: Callable[[int, tf.Tensor], Any],
    num_examples: int,
    batch_size: int,
    seed: int,
    epoch: int,
    first_step: int = 0,
) -> tf.data.Dataset:
    """Returns the batches of one epoch of examples that are made when they are needed.

    No example comes twice. What a step sees is a pure function of `(seed, epoch, step)`, so
    that a run can be resumed at any step.

    Args:
        generate: from a number of examples and a seed, int64 `[2]`, to a structure of tensors
            with so many examples; a pure function of both, traced as a graph.
        num_examples: examples in an epoch.
        batch_size: examples in a batch; cut to the number of examples.
        seed: any 64-bit integer.
        epoch: the number of the epoch, from 0.
        first_step: the number of batches of this epoch that were already taken.

    Returns:
        A `tf.data.Dataset` of what `generate` returns, of known cardinality.

    Raises:
        ValueError: if the batch size is not positive, or `epoch` or `first_step` is out of
            range.

    Example:

        >>> import tensorflow as tf
        >>> def generate(count, seed):
        ...     return tf.random.stateless_uniform([count], seed)
        >>> [len(batch) for batch in generated_batches(generate, 7, 3, seed=0, epoch=0)]
        [3, 3]
    """
    import tensorflow as tf

    batch_size = _fitting_batch_size(num_examples, batch_size)
    steps = num_examples // batch_size
    check_position(epoch, first_step, steps)
    numbers = tf.data.Dataset.range(epoch * steps + first_step, (epoch + 1) * steps)
    return finish(numbers.map(lambda number: generate(batch_size, tf.stack([seed, number]))))


def ordered_batches(arrays: Any, batch_size: int) -> tf.data.Dataset:
    """Returns every example once, in order; the last batch may be smaller.

    Args:
        arrays: a structure of arrays with the same first dimension, the number of
            examples.
        batch_size: examples in a batch; cut to the number of examples.

    Returns:
        A `tf.data.Dataset` of the same structure, one tensor `[batch, ...]` for each array.

    Raises:
        ValueError: if the arrays differ in length, there is no example or the
            batch size is not positive.

    Example:

        >>> import numpy as np
        >>> [batch.numpy().tolist() for batch, in ordered_batches((np.arange(5),), 2)]
        [[0, 1], [2, 3], [4]]
    """
    import tensorflow as tf

    num_examples = _common_length(arrays)
    batch_size = _fitting_batch_size(num_examples, batch_size)
    held = resident(arrays)

    def cut(start: tf.Tensor) -> Any:
        return tf.nest.map_structure(lambda array: array[start : start + batch_size], held)

    return finish(tf.data.Dataset.range(0, num_examples, batch_size).map(cut))


def finish(batches: tf.data.Dataset) -> tf.data.Dataset:
    """Returns the batches ready for `fit`: in one order on every device, made ahead of time."""
    import tensorflow as tf

    options = tf.data.Options()
    # The stream is one global order; each worker taking a shard of it would change it.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    return batches.with_options(options).prefetch(tf.data.AUTOTUNE)


def check_position(epoch: int, first_step: int, steps: int) -> None:
    """Checks where in the training batches begin.

    Raises:
        ValueError: if there is no such epoch, or no such step among its `steps`.
    """
    if epoch < 0 or not 0 <= first_step < steps:
        raise ValueError(
            f"epoch must be 0 or more and first_step in [0, {steps}); "
            f"received epoch={epoch}, first_step={first_step}"
        )


def _common_length(arrays: Any) -> int:
    import tensorflow as tf

    lengths = [len(array) for array in tf.nest.flatten(arrays)]
    if len(set(lengths)) != 1 or 0 in lengths:
        raise ValueError(
            f"the arrays must hold the same number of examples, at least one; received {lengths}"
        )
    return lengths[0]


def _fitting_batch_size(num_examples: int, batch_size: int) -> int:
    if batch_size < 1:
        raise ValueError(f"batch_size must be 1 or more; received {batch_size}")
    return min(batch_size, num_examples)
