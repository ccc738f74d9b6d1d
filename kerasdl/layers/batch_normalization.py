"""The `BatchNormalization` layer."""

from typing import Any

import keras

from kerasdl.registration import public


@public
class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's layer, computed in training as one operation where TensorFlow has it.

    On a CPU half of a small ResNet's step is Keras's batch normalization, which is a
    dozen passes over the images; TensorFlow's own operation makes two (Ioffe and Szegedy 2015,
    https://arxiv.org/abs/1502.03167). On other backends, for anything but images with
    channels last, in float64, with a mask, renormalization or synchronized
    devices it is Keras's layer as it is; and so it is in inference, which is one
    multiplication and addition that the convolution before it takes in.

    Args:
        axis: The axis of the channels.
        momentum: How much of the moving statistics is kept in each step. Keras's default of
            0.99 needs thousands of steps before inference works.
        epsilon: What is added to the variance.
        center: Whether to learn an offset of each channel.
        scale: Whether to learn a scale of each channel.
        beta_initializer: Initializer of the offsets.
        gamma_initializer: Initializer of the scales.
        **kwargs: The other arguments of `keras.layers.BatchNormalization`.

    Call arguments:
        inputs: Float tensor `[batch, height, width, channels]`, or of any other rank.
        training: Whether to normalize with the batch's statistics.
        mask: Boolean tensor, of the inputs' shape without the channels: True where
            the inputs count for the statistics.

    Returns:
        Float tensor of the same shape.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.BatchNormalization()
    >>> images = np.arange(8, dtype="float32").reshape(2, 2, 2, 1)
    >>> bool(abs(np.mean(layer(images, training=True))) < 1e-6)
    True
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            axis=axis,
            momentum=momentum,
            epsilon=epsilon,
            center=center,
            scale=scale,
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            **kwargs,
        )

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalizes, and in training moves the moving statistics."""
        if not (training and self.trainable and mask is None and self._is_fused(inputs)):
            return super().call(inputs, training=training, mask=mask)
        from kerasdl.ops.batch_norm_tensorflow import fused_batch_norm

        ones = keras.ops.ones_like(self.moving_mean)
        outputs, mean, variance = fused_batch_norm(
            inputs,
            ones if self.gamma is None else self.gamma.value,
            keras.ops.zeros_like(ones) if self.beta is None else self.beta.value,
            self.epsilon,
        )
        for moving, batch in ((self.moving_mean, mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + batch * (1 - self.momentum))
        return outputs

    def _is_fused(self, inputs: Any) -> bool:
        if keras.backend.backend() != "tensorflow" or len(inputs.shape) != 4:
            return False
        from kerasdl.ops.batch_norm_tensorflow import DTYPES

        return (
            self.axis in (-1, 3)
            and keras.backend.standardize_dtype(inputs.dtype) in DTYPES
            and keras.backend.standardize_dtype(self.moving_mean.dtype) == "float32"
            and not (self.renorm or self.synchronized)
        )
