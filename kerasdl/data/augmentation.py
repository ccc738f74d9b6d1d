"""Random changes to training examples, on whole batches in the input pipeline."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf

    # From the tensors of a batch and a seed of shape (2,) to the tensors of the changed batch.
    Augmentation = Callable[[tuple[tf.Tensor, ...], tf.Tensor], tuple[tf.Tensor, ...]]


def random_shift(pixels: int) -> Augmentation:
    """Moves each image by up to so many pixels up or down, and left or right.

    What comes in from outside is zero. Each image of a batch is moved by itself, every
    distance being as likely as every other.

    Args:
        pixels: the largest distance, 0 or more.

    Returns:
        A function of a batch, whose first tensor holds images of shape
        `(batch_size, height, width, channels)`, and of a seed.

    Raises:
        ValueError: if `pixels` is negative.

    Example:

        >>> import numpy as np
        >>> image = np.zeros((1, 3, 3, 1), "uint8")
        >>> image[0, 1, 1, 0] = 7
        >>> shifted, = random_shift(1)((image,), (1, 2))
        >>> shifted.shape, int(shifted.numpy().sum())
        (TensorShape([1, 3, 3, 1]), 7)
    """
    if pixels < 0:
        raise ValueError(f"pixels must be 0 or more; received {pixels}")

    def shift(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        images, *others = batch
        batch_size, height, width, _ = images.shape
        padded = tf.pad(images, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]])
        start = tf.random.stateless_uniform(
            [2, batch_size, 1], seed, 0, 2 * pixels + 1, tf.int32, alg="philox"
        )
        moved = tf.gather(padded, start[0] + tf.range(height), axis=1, batch_dims=1)
        moved = tf.gather(moved, start[1] + tf.range(width), axis=2, batch_dims=1)
        return (moved, *others)

    return shift
