"""Batch normalization of images as one operation of TensorFlow."""

from typing import Any

import tensorflow as tf

# Statistics and parameters are float32 with all of them.
DTYPES = ("float32", "bfloat16", "float16")


def fused_batch_norm(images: Any, gamma: Any, beta: Any, epsilon: float) -> tuple[Any, Any, Any]:
    """Normalizes images with the statistics of the batch, in one pass each way.

    As products, sums and means, as `keras.ops.moments` and `keras.ops.batch_normalization`
    compute it, each pass over the images is an operation of its own, and there are a dozen of them.

    Args:
        images: `[batch, height, width, channels]`, of one of `DTYPES`.
        gamma: Scale of each channel, float32 `[channels]`.
        beta: Offset of each channel, float32 `[channels]`.
        epsilon: What is added to the variance.

    Returns:
        The normalized images, and mean and (biased) variance of each channel, float32.

    Example:

    >>> outputs, mean, variance = fused_batch_norm(
    ...     tf.reshape([1.0, 3.0], [2, 1, 1, 1]), tf.ones(1), tf.zeros(1), epsilon=0.0
    ... )
    >>> outputs.numpy().ravel().tolist(), mean.numpy().tolist(), variance.numpy().tolist()
    ([-1.0, 1.0], [2.0], [1.0])
    """
    nothing = tf.zeros([0])
    outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=images,
        scale=gamma,
        offset=beta,
        mean=nothing,
        variance=nothing,
        epsilon=epsilon,
        is_training=True,
    )
    # TensorFlow divides by one less than the number of pixels, Keras by their number.
    pixels = tf.cast(tf.reduce_prod(tf.shape(images)[:3]), tf.float32)
    return outputs, mean, variance * (tf.maximum(pixels - 1, 1) / tf.maximum(pixels, 1))
