"""Pieces of a long row of tokens, as batches of inputs and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasdl.data import pipelines

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf


def random_windows(
    tokens: tf.Tensor,
    length: int,
    batch_size: int,
    steps: int,
    seed: int,
    epoch: int,
    first_step: int = 0,
) -> tf.data.Dataset:
    """Returns batches of windows at random places, `steps` of them less those before `first_step`.

    Each pass over the text cuts it into windows that do not overlap, from a place of its
    own, and takes them in an order of its own: no part is seen twice before every
    other was seen once. What a step sees is a pure function of `(seed, epoch, step)`.

    Args:
        tokens: integer tensor `[count]`, longer than `length`; see `pipelines.resident`.
        length: tokens in a window.
        batch_size: windows in a batch.
        steps: batches in an epoch.
        seed: integer, 0 or more.
        epoch: the number of the epoch, from 0.
        first_step: the number of batches of this epoch that were already taken.

    Returns:
        A `tf.data.Dataset` of inputs and targets, int32 `[batch_size, length]` each: the
        target of a token is the one after it.

    Raises:
        ValueError: if the tokens are too few, or a number is out of range.

    Example:

    >>> import numpy as np
    >>> from kerasdl.data.pipelines import resident
    >>> row = resident(np.arange(100))
    >>> for inputs, targets in random_windows(row, 4, 2, steps=1, seed=0, epoch=0):
    ...     bool((targets == inputs + 1).numpy().all())
    True
    """
    import tensorflow as tf

    count = len(tokens)
    if count <= length or min(length, batch_size, steps) < 1:
        raise ValueError(
            f"Received {count} tokens for batches of {batch_size} windows of {length}, {steps} "
            "in an epoch. Expected positive numbers, and more tokens than a window has."
        )
    pipelines.check_position(epoch, first_step, steps)
    starts = _starts(count, length, batch_size * steps, seed, epoch)
    starts = starts.reshape(steps, batch_size)[first_step:]

    def gather(chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        windows = tf.gather(tokens, chosen[:, tf.newaxis] + tf.range(length + 1))
        windows = tf.ensure_shape(tf.cast(windows, tf.int32), [batch_size, length + 1])
        return windows[:, :-1], windows[:, 1:]

    return pipelines.finish(tf.data.Dataset.from_tensor_slices(starts).map(gather))


def _starts(count: int, length: int, windows: int, seed: int, epoch: int) -> np.ndarray:
    """Where the windows of an epoch begin, int32 `[windows]`."""
    import numpy as np

    from kerasdl.data.splitting import random_order

    # However the first one is moved, there is room for so many in each pass.
    per_pass = max(1, (count - 1) // length - 1)
    room = count - per_pass * length
    first_pass, skipped = divmod(epoch * windows, per_pass)
    passes = [
        random_order(room, seed, number, 0)[0] + length * random_order(per_pass, seed, number, 1)
        for number in range(first_pass, first_pass + -(-(skipped + windows) // per_pass))
    ]
    return np.concatenate(passes)[skipped : skipped + windows].astype(np.int32)


def all_windows(tokens: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns windows in which every token but the first is a target, and counts once.

    They do not overlap but for the last, which goes back as far as it must to be as long. What
    it repeats has the weight 0. The other weights are equal, and such that the mean of
    all is 1: the weighted mean over all windows is the mean over the tokens, also for Keras,
    which divides by the number of weights.

    Args:
        tokens: integers `[count]`, more than `length`.
        length: tokens in a window.

    Returns:
        Inputs and targets, int32 `[windows, length]` each, and weights of the targets, float32.

    Example:

    >>> import numpy as np
    >>> inputs, targets, weights = all_windows(np.arange(8), 3)
    >>> targets.tolist()
    [[1, 2, 3], [4, 5, 6], [5, 6, 7]]
    >>> (weights > 0).astype(int).tolist()
    [[1, 1, 1], [1, 1, 1], [0, 0, 1]]
    """
    import numpy as np

    count = len(tokens) - 1
    starts = np.arange(0, count, length)
    weights = np.ones((len(starts), length), np.float32)
    starts[-1] = count - length
    weights[-1, : weights.size - count] = 0
    weights *= weights.size / count
    windows = tokens[starts[:, np.newaxis] + np.arange(length + 1)].astype(np.int32)
    return windows[:, :-1], windows[:, 1:], weights
