"""Random changes to training examples, on whole batches in the input pipeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from kerasdl.data.data_error import DataError

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
    _check_pixels(pixels)

    def shift(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        images, *others = batch
        return (_cut_at_random(images, pixels, seed, mirrored=False), *others)

    return shift


def random_crop(pixels: int, image_shape: Sequence[int] | None = None) -> Augmentation:
    """Widens each image by so many pixels on all sides, and cuts its own size out of it at random.

    The border mirrors the image, which puts no black edges into photographs; He et al. (2015,
    https://arxiv.org/abs/1512.03385) cut CIFAR-10 so from a border of four zeros, which is
    `random_shift(4)`.

    Args:
        pixels: the width of the border, 0 or more, and less than height and width.
        image_shape: height, width and channels of the images, where they are known: what does
            not fit is refused at once.

    Returns:
        A function of a batch, whose first tensor holds images of shape
        `(batch_size, height, width, channels)`, and of a seed.

    Raises:
        ValueError: if `pixels` is negative.
        DataError: if an image has no more than so many.

    Example:

        >>> import numpy as np
        >>> image = np.arange(3, dtype="uint8").reshape(1, 1, 3, 1).repeat(3, axis=1)
        >>> cut, = random_crop(1)((image,), (1, 2))
        >>> cut.shape
        TensorShape([1, 3, 3, 1])
    """
    _check_pixels(pixels)
    if image_shape is not None:
        _check_border(pixels, image_shape)

    def crop(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        images, *others = batch
        _check_border(pixels, images.shape[1:])
        return (_cut_at_random(images, pixels, seed, mirrored=True), *others)

    return crop


def random_flip() -> Augmentation:
    """Mirrors each image left to right, or leaves it, with equal probability.

    For photographs; it would turn a 3 into something that is no digit.

    Returns:
        A function of a batch, whose first tensor holds images of shape
        `(batch_size, height, width, channels)`, and of a seed.

    Example:

        >>> import numpy as np
        >>> image = np.arange(3, dtype="uint8").reshape(1, 1, 3, 1).repeat(100, axis=0)
        >>> flipped, = random_flip()((image,), (1, 2))
        >>> sorted(set(map(tuple, flipped.numpy()[:, 0, :, 0].tolist())))
        [(0, 1, 2), (2, 1, 0)]
    """

    def flip(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        images, *others = batch
        batch_size, _, width, _ = images.shape
        chosen = tf.random.stateless_uniform([batch_size, 1], seed, alg="philox") < 0.5
        columns = tf.where(chosen, width - 1 - tf.range(width), tf.range(width))
        return (tf.gather(images, columns, axis=2, batch_dims=1), *others)

    return flip


def random_unknown(rate: float, unknown: int, padding: int = 0) -> Augmentation:
    """Makes tokens unknown at random, so that a model relies on none alone (word dropout).

    A model so trained has also learnt what to do with a word that it does not know (Iyyer et
    al. 2015, https://aclanthology.org/P15-1162).

    Args:
        rate: the share of tokens, in `[0, 1)`.
        unknown: the token that stands in their place.
        padding: the token that is never changed.

    Returns:
        A function of a batch, whose first tensor holds tokens `(batch_size, length)`, and of a
        seed.

    Raises:
        ValueError: if the rate is out of its range.

    Example:

        >>> import numpy as np
        >>> tokens, = random_unknown(0.5, unknown=1)((np.array([[7, 8, 9, 0]]),), (1, 2))
        >>> int(tokens[0, 3])
        0
    """
    if not 0 <= rate < 1:
        raise ValueError(f"rate must be in [0, 1); received {rate}")

    def hide(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        tokens, *others = batch
        chosen = tf.random.stateless_uniform(tf.shape(tokens), seed, alg="philox") < rate
        return (tf.where(chosen & (tokens != padding), unknown, tokens), *others)

    return hide


def compose(*augmentations: Augmentation) -> Augmentation:
    """Makes one augmentation of several, which follow each other with a seed for each.

    Args:
        *augmentations: functions of a batch and a seed; none for no change.

    Returns:
        A function of a batch and a seed.

    Example:

        >>> import numpy as np
        >>> both = compose(random_crop(2), random_flip())
        >>> images, labels = both((np.zeros((4, 8, 8, 3), "uint8"), np.arange(4)), (1, 2))
        >>> images.shape
        TensorShape([4, 8, 8, 3])
    """

    def each(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        if not augmentations:
            return batch
        seeds = tf.random.split(seed, len(augmentations), alg="philox")
        for number, augmentation in enumerate(augmentations):
            batch = augmentation(batch, seeds[number])
        return batch

    return each


def _check_pixels(pixels: int) -> None:
    if pixels < 0:
        raise ValueError(f"pixels must be 0 or more; received {pixels}")


def _check_border(pixels: int, image_shape: Sequence[int]) -> None:
    height, width, _ = image_shape
    if pixels >= min(height, width):
        raise DataError(
            f"images of {height}x{width} cannot be widened by {pixels} mirrored pixels on each "
            f"side; use --crop with at most {min(height, width) - 1}"
        )


def _cut_at_random(images: tf.Tensor, pixels: int, seed: tf.Tensor, mirrored: bool) -> tf.Tensor:
    """Moves each image by up to so many pixels each way; what comes in is its mirror image or 0."""
    import tensorflow as tf

    batch_size, height, width, _ = images.shape
    start = tf.random.stateless_uniform(
        [2, batch_size, 1], seed, 0, 2 * pixels + 1, tf.int32, alg="philox"
    )
    rows, columns = start[0] + tf.range(height), start[1] + tf.range(width)
    if mirrored:
        rows, columns = _mirrored(rows - pixels, height), _mirrored(columns - pixels, width)
    else:
        images = tf.pad(images, [[0, 0], [pixels, pixels], [pixels, pixels], [0, 0]])
    images = tf.gather(images, rows, axis=1, batch_dims=1)
    return tf.gather(images, columns, axis=2, batch_dims=1)


def _mirrored(indices: tf.Tensor, size: int) -> tf.Tensor:
    """Returns the indices between 0 and `size - 1` that others stand for beyond the edges."""
    import tensorflow as tf

    return size - 1 - tf.abs(size - 1 - tf.abs(indices))
