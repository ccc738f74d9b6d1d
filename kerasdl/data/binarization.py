"""Black and white in place of grey, on whole batches in the input pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from kerasdl.arguments import check_choice

if TYPE_CHECKING:
    import tensorflow as tf

    from kerasdl.data.augmentation import Augmentation

Binarization = Literal["stochastic", "threshold"]


def binarized_pairs(binarization: Binarization = "stochastic") -> Augmentation:
    """Makes inputs and targets of images: both the image itself, each pixel 0 or 255.

    `"stochastic"` draws a pixel white with probability value / 255, as most
    published likelihoods of MNIST do (Salakhutdinov & Murray 2008): grey is taken for
    uncertainty, and every draw is another one. `"threshold"` makes pixels of 128 and
    more white.

    Args:
        binarization: which of the two.

    Returns:
        A function of a batch, whose first tensor holds uint8 images, and of a seed, which
        returns the binarised images twice.

    Raises:
        ValueError: if there is no such binarization.

    Example:

        >>> import numpy as np
        >>> images = np.array([[0, 100, 200, 255]], "uint8")
        >>> inputs, targets = binarized_pairs("threshold")((images,), (1, 2))
        >>> targets.numpy().tolist()
        [[0, 0, 255, 255]]
    """
    check_choice(("stochastic", "threshold"), binarization=binarization)

    def pair(batch: tuple[tf.Tensor, ...], seed: tf.Tensor) -> tuple[tf.Tensor, ...]:
        import tensorflow as tf

        grey = tf.cast(batch[0], tf.int32)
        thresholds = (
            # 0 ... 254: below a value v lie v of 255.
            tf.random.stateless_uniform(tf.shape(grey), seed, 0, 255, tf.int32, alg="philox")
            if binarization == "stochastic"
            else 127
        )
        bits = tf.where(grey > thresholds, tf.constant(255, tf.uint8), tf.constant(0, tf.uint8))
        return bits, bits

    return pair
