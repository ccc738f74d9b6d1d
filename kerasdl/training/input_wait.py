"""How long training waits for its batches."""

import tensorflow as tf
from tensorflow.python.framework import config as tf_config


class InputWait:
    """Measures, inside `tf.data`, for how long steps wait until their batch is there.

    The clock is read before and after each batch is taken, where the step takes it:
    after the prefetching, so that what is prepared while a step computes does not count.
    Reading it costs some hundredths of a millisecond a step.

    Args:
        replicas: the number of devices that share a batch. Threads of their own feed
            several devices, and take batches long before a step does: nothing is
            measured then, nor in deterministic runs, where TensorFlow reads no clock.

    Example:

    >>> wait = InputWait()
    >>> [int(batch) for batch in wait.measured(tf.data.Dataset.range(3))]
    [0, 1, 2]
    >>> 0 < wait.seconds < 1
    True
    """

    def __init__(self, replicas: int = 1) -> None:
        self.possible = replicas == 1 and not tf_config.is_op_determinism_enabled()
        with tf.device("CPU:0"):
            self._seconds = tf.Variable(0.0, dtype=tf.float64, trainable=False)

    @property
    def seconds(self) -> float | None:
        """The time waited until now; None if it cannot be measured."""
        return float(self._seconds) if self.possible else None

    def measured(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        """Returns the same batches; the time waited for them is added up when they are taken."""
        if not self.possible:
            return batches

        def add(before: tf.Tensor, batch: object, after: tf.Tensor) -> object:
            self._seconds.assign_add(after - before)
            return batch

        # Zip takes from one after the other.
        clock = tf.data.Dataset.range(1).repeat().map(lambda _: tf.timestamp())
        timed = tf.data.Dataset.zip((clock, batches, clock)).map(add)
        options = tf.data.Options()
        # Prefetched once more, they would be waited for out of sight.
        options.experimental_optimization.inject_prefetch = False
        return timed.with_options(options)
