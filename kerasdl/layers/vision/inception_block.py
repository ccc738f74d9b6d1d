"""The `InceptionBlock` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.arguments import fresh
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.vision.image_input import check_image_shape
from kerasdl.registration import public


@public
class InceptionBlock(keras.layers.Layer):
    """Looks at each place at four scales side by side and stacks what it finds.

    The branches are a 1 x 1 convolution, 1 x 1 then 3 x 3, 1 x 1 then 5 x 5, and
    3 x 3 max pooling then 1 x 1; the 1 x 1 reductions keep the wide kernels cheap
    (Szegedy et al. 2014, https://arxiv.org/abs/1409.4842, figure 2b).

    Args:
        filters_1x1: Channels of the 1 x 1 branch.
        reduce_3x3: Channels of the reduction before the 3 x 3 convolution.
        filters_3x3: Channels of the 3 x 3 convolution.
        reduce_5x5: Channels of the reduction before the 5 x 5 convolution.
        filters_5x5: Channels of the 5 x 5 convolution.
        filters_pool: Channels of the projection after pooling.
        activation: Activation after every convolution.
        normalization: Goes before each activation, in place of a bias (Ioffe & Szegedy
            2015): `"batch_norm"` (momentum 0.9, epsilon 1e-5), or a Keras layer that others
            are made like. Default: None, as in the original.
        kernel_initializer: Initializer of the kernels.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]`.
        training: Whether to normalize with the batch's statistics.

    Returns:
        Float tensor `[batch, height, width, filters_1x1 + filters_3x3 + filters_5x5
        + filters_pool]`, the branches in this order.

    Raises:
        ValueError: If a size is not a positive integer or the images are not of
            rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.InceptionBlock(4, 2, 8, 1, 2, 2)
    >>> tuple(layer(np.zeros((2, 9, 9, 3), "float32")).shape)
    (2, 9, 9, 16)
    """

    def __init__(
        self,
        filters_1x1: int,
        reduce_3x3: int,
        filters_3x3: int,
        reduce_5x5: int,
        filters_5x5: int,
        filters_pool: int,
        activation: Any = "relu",
        normalization: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive_integers(
            filters_1x1=filters_1x1,
            reduce_3x3=reduce_3x3,
            filters_3x3=filters_3x3,
            reduce_5x5=reduce_5x5,
            filters_5x5=filters_5x5,
            filters_pool=filters_pool,
        )
        self.filters_1x1 = filters_1x1
        self.reduce_3x3 = reduce_3x3
        self.filters_3x3 = filters_3x3
        self.reduce_5x5 = reduce_5x5
        self.filters_5x5 = filters_5x5
        self.filters_pool = filters_pool
        self.activation = keras.activations.get(activation)
        self.normalization = None if normalization is None else Normalization(normalization)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: Any) -> None:
        """Creates the four branches."""
        check_image_shape(input_shape)
        channels = input_shape[-1]
        self.normalizations: dict[str, Any] = {}
        self.convolution_1x1 = self._convolution(channels, self.filters_1x1, 1, "convolution_1x1")
        self.reduction_3x3 = self._convolution(channels, self.reduce_3x3, 1, "reduction_3x3")
        self.convolution_3x3 = self._convolution(
            self.reduce_3x3, self.filters_3x3, 3, "convolution_3x3"
        )
        self.reduction_5x5 = self._convolution(channels, self.reduce_5x5, 1, "reduction_5x5")
        self.convolution_5x5 = self._convolution(
            self.reduce_5x5, self.filters_5x5, 5, "convolution_5x5"
        )
        self.pooling = keras.layers.MaxPooling2D(
            3,
            strides=1,
            padding="same",
            data_format="channels_last",
            dtype=self.dtype_policy,
            name="pooling",
        )
        self.pooling.build(input_shape)
        self.projection_pool = self._convolution(channels, self.filters_pool, 1, "projection_pool")

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Stacks the four branches' outputs."""

        def apply(convolution: Any, inputs: Any) -> Any:
            outputs = convolution(inputs)
            if self.normalization is not None:
                outputs = self.normalizations[convolution.name](outputs, training=training)
            return self.activation(outputs)

        branches = [
            apply(self.convolution_1x1, images),
            apply(self.convolution_3x3, apply(self.reduction_3x3, images)),
            apply(self.convolution_5x5, apply(self.reduction_5x5, images)),
            apply(self.projection_pool, self.pooling(images)),
        ]
        return ops.concatenate(branches, axis=-1)

    def _convolution(
        self, channels: int, filters: int, kernel_size: int, name: str
    ) -> keras.layers.Layer:
        """A convolution, built, with its normalization where there is one."""
        convolution = keras.layers.Conv2D(
            filters,
            kernel_size,
            padding="same",
            data_format="channels_last",
            use_bias=self.normalization is None,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        convolution.build((None, None, None, channels))
        if self.normalization is not None:
            normalization = self.normalization.make(
                f"{name}_normalization", dtype=self.dtype_policy
            )
            normalization.build((None, None, None, filters))
            self.normalizations[name] = normalization
        return convolution

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The channels of the four branches add up."""
        filters = self.filters_1x1 + self.filters_3x3 + self.filters_5x5 + self.filters_pool
        return (*input_shape[:-1], filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            filters_1x1=self.filters_1x1,
            reduce_3x3=self.reduce_3x3,
            filters_3x3=self.filters_3x3,
            reduce_5x5=self.reduce_5x5,
            filters_5x5=self.filters_5x5,
            filters_pool=self.filters_pool,
            activation=keras.activations.serialize(self.activation),
            normalization=None if self.normalization is None else self.normalization.config,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
        )
        return config
