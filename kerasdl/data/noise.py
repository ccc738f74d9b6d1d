"""Pairs of images for autoencoders: what goes in, and what should come out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasdl.arguments import check_non_negative

if TYPE_CHECKING:
    import tensorflow as tf

    from kerasdl.data.augmentation import Augmentation


def noisy_pairs(noise: float = 0.0) -> Augmentation:
    """Makes inputs and targets of images: the image with noise, and the image.

    A model that is to give back what was under the noise has to learn what images
    look like (Vincent et al. 2008). Noise is normal and independent for each pixel and channel.

    Args:
        noise: its standard deviation, for pixels from 0 to 1; 0 for none.

    Returns:
        A function of a batch, whose first tensor holds uint8 images, and of a seed, which
        returns uint8 images, cut to 0 ... 255, and float32 images from 0 to 1.

    Raises:
        ValueError: if `noise` is negative.

    Example:

        >>> import numpy as np
        >>> images = np.array([[0, 51, 255]], "uint8")
        >>> inputs, targets = noisy_pairs()((images,), (1, 2))
        >>> inputs.numpy().tolist(), targets.numpy().tolist()[0][2]
        ([[0, 51, 255]], 1.0)
    """
    check_non_negative(noise=noise)

    def pair(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        images = tf.convert_to_tensor(batch[0])
        targets = tf.cast(images, tf.float32) / 255
        if not noise:
            return images, targets
        added = tf.random.stateless_normal(
            tf.shape(images), seed, stddev=noise, dtype=tf.float32, alg="philox"
        )
        noisy = tf.clip_by_value(tf.round(255 * (targets + added)), 0, 255)
        return tf.cast(noisy, tf.uint8), targets

    return pair
