"""The `MBConvBlock` layer."""

from typing import Any

import keras

from kerasdl.arguments import check_non_negative, check_positive_integers, check_rates
from kerasdl.layers.arguments import fresh
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.regularization.drop_path import DropPath
from kerasdl.layers.vision.image_input import check_image_shape, strided
from kerasdl.layers.vision.squeeze_excitation import SqueezeExcitation
from kerasdl.registration import public


@public
class MBConvBlock(keras.layers.Layer):
    """The mobile inverted bottleneck, the building block of EfficientNet.

    A 1 x 1 convolution widens the channels, a depthwise one works on each of them
    alone, squeeze-and-excitation gates them, a 1 x 1 one narrows them again. The
    input is added where the shape allows (Tan & Le 2019,
    https://arxiv.org/abs/1905.11946; Sandler et al. 2018 for the block). Each
    convolution goes with a batch normalization; the last has no activation.

    Args:
        filters: Number of output channels.
        kernel_size: Height and width of the depthwise kernel.
        strides: Strides of the depthwise convolution.
        expand_ratio: Width inside the block, as a multiple of the input channels;
            1 leaves the widening convolution out.
        se_ratio: Hidden width of squeeze-and-excitation as a share of the *input*
            channels; 0 leaves it out.
        activation: Activation function.
        drop_path_rate: Probability of dropping the branch while training, where
            there is a shortcut.
        normalization: `"batch_norm"` (momentum 0.9, epsilon 1e-5), or a Keras layer that
            others are made like, such as `keras.layers.GroupNormalization(groups=8)`.
        kernel_initializer: Initializer of the kernels.
        seed: Integer that makes dropping reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]`.
        training: Whether to normalize with the batch's statistics, and to drop.

    Returns:
        Float tensor `[batch, ceil(height / strides), ceil(width / strides), filters]`.

    Raises:
        ValueError: If a size is not a positive integer, `se_ratio` is negative, the
            rate outside `[0, 1)` or the images are not of rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.MBConvBlock(filters=8, strides=2)
    >>> tuple(layer(np.zeros((2, 9, 9, 4), "float32")).shape)
    (2, 5, 5, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        strides: int = 1,
        expand_ratio: int = 6,
        se_ratio: float = 0.25,
        activation: Any = "silu",
        drop_path_rate: float = 0.0,
        normalization: Any = "batch_norm",
        kernel_initializer: Any = "he_normal",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive_integers(
            filters=filters, kernel_size=kernel_size, strides=strides, expand_ratio=expand_ratio
        )
        check_non_negative(se_ratio=se_ratio)
        check_rates(drop_path_rate=drop_path_rate)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.expand_ratio = expand_ratio
        self.se_ratio = se_ratio
        self.activation = keras.activations.get(activation)
        self.drop_path_rate = drop_path_rate
        self.normalization = Normalization(normalization)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        """Creates the convolutions, their normalizations and the gates."""
        check_image_shape(input_shape)
        channels = input_shape[-1]
        width = channels * self.expand_ratio
        self.has_shortcut = self.strides == 1 and channels == self.filters

        self.expansion: Any = None
        self.expansion_normalization: Any = None
        if self.expand_ratio != 1:
            self.expansion = self._pointwise(channels, width, "expansion")
            self.expansion_normalization = self._normalization(width, "expansion_normalization")
        self.depthwise = keras.layers.DepthwiseConv2D(
            self.kernel_size,
            self.strides,
            padding="same",
            data_format="channels_last",
            use_bias=False,
            depthwise_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name="depthwise",
        )
        self.depthwise.build((None, None, None, width))
        self.depthwise_normalization = self._normalization(width, "depthwise_normalization")
        self.squeeze_excitation = None
        if self.se_ratio > 0:
            self.squeeze_excitation = SqueezeExcitation(
                self.se_ratio / self.expand_ratio,
                activation=self.activation,
                dtype=self.dtype_policy,
                name="squeeze_excitation",
            )
            self.squeeze_excitation.build((None, None, None, width))
        self.projection = self._pointwise(width, self.filters, "projection")
        self.projection_normalization = self._normalization(
            self.filters, "projection_normalization"
        )
        self.drop_path = DropPath(
            self.drop_path_rate, seed=self.seed, dtype=self.dtype_policy, name="drop_path"
        )
        self.drop_path.build((None, None, None, self.filters))

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Widens, works on each channel, gates, narrows, and adds the input."""
        outputs = images
        if self.expansion is not None:
            outputs = self.expansion_normalization(self.expansion(outputs), training=training)
            outputs = self.activation(outputs)
        outputs = self.depthwise_normalization(self.depthwise(outputs), training=training)
        outputs = self.activation(outputs)
        if self.squeeze_excitation is not None:
            outputs = self.squeeze_excitation(outputs)
        outputs = self.projection_normalization(self.projection(outputs), training=training)
        if not self.has_shortcut:
            return outputs
        return images + self.drop_path(outputs, training=training)

    def _pointwise(self, channels: int, filters: int, name: str) -> keras.layers.Layer:
        convolution = keras.layers.Conv2D(
            filters,
            1,
            data_format="channels_last",
            use_bias=False,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        convolution.build((None, None, None, channels))
        return convolution

    def _normalization(self, channels: int, name: str) -> keras.layers.Layer:
        normalization = self.normalization.make(name, dtype=self.dtype_policy)
        normalization.build((None, None, None, channels))
        return normalization

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The strides divide height and width."""
        batch, height, width, _ = input_shape
        return (batch, strided(height, self.strides), strided(width, self.strides), self.filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            filters=self.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            expand_ratio=self.expand_ratio,
            se_ratio=self.se_ratio,
            activation=keras.activations.serialize(self.activation),
            drop_path_rate=self.drop_path_rate,
            normalization=self.normalization.config,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
            seed=self.seed,
        )
        return config
