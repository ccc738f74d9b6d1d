"""The `ResidualBlock` layer."""

from typing import Any

import keras

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import fresh
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.regularization.drop_path import DropPath
from kerasdl.layers.vision.image_input import check_image_shape, strided
from kerasdl.registration import public


@public
class ResidualBlock(keras.layers.Layer):
    """Two convolutions whose result is added to their input (ResNet's basic block).

    The block learns a change to its input, which keeps gradients alive through a
    hundred layers (He et al. 2015, https://arxiv.org/abs/1512.03385, figure 2).
    Each convolution goes with a batch normalization. Where strides or filters
    change the shape, a 1 x 1 convolution projects the shortcut.

    Args:
        filters: Number of output channels.
        kernel_size: Height and width of the kernels.
        strides: Strides of the first convolution and of the shortcut.
        activation: Activation function.
        preactivation: Whether normalization and activation come before each
            convolution, with nothing after the sum (He et al. 2016,
            https://arxiv.org/abs/1603.05027, figure 4e); otherwise after it.
            Follow the last such block with a normalization and an activation.
        zero_init_residual: Whether the last normalization of the branch starts
            with scale zero, so that the block starts as its shortcut (Goyal et al.
            2017). Without effect if `preactivation`.
        drop_path_rate: Probability of dropping the branch while training.
        normalization: `"batch_norm"` (momentum 0.9, epsilon 1e-5), or a Keras layer that
            others are made like, such as `keras.layers.GroupNormalization(groups=8)`.
        kernel_initializer: Initializer of the kernels.
        kernel_regularizer: Regularizer of the kernels.
        seed: Integer that makes dropping reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]`.
        training: Whether to normalize with the batch's statistics, and to drop.

    Returns:
        Float tensor `[batch, ceil(height / strides), ceil(width / strides), filters]`.

    Raises:
        ValueError: If a size is not a positive integer, the rate is outside
            `[0, 1)` or the images are not of rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.ResidualBlock(filters=8, strides=2)
    >>> tuple(layer(np.zeros((2, 9, 9, 4), "float32")).shape)
    (2, 5, 5, 8)
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int = 3,
        strides: int = 1,
        activation: Any = "relu",
        preactivation: bool = False,
        zero_init_residual: bool = False,
        drop_path_rate: float = 0.0,
        normalization: Any = "batch_norm",
        kernel_initializer: Any = "he_normal",
        kernel_regularizer: Any = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive_integers(filters=filters, kernel_size=kernel_size, strides=strides)
        check_rates(drop_path_rate=drop_path_rate)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.activation = keras.activations.get(activation)
        self.preactivation = preactivation
        self.zero_init_residual = zero_init_residual
        self.drop_path_rate = drop_path_rate
        self.normalization = Normalization(normalization)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.kernel_regularizer = keras.regularizers.get(kernel_regularizer)
        self.seed = seed

    def build(self, input_shape: Any) -> None:
        """Creates the branch and, where it is needed, the projection of the shortcut."""
        check_image_shape(input_shape)
        convolutions = self._convolutions()
        self.convolutions = []
        self.normalizations = []
        shape = tuple(input_shape)
        for index, (filters, kernel_size, strides) in enumerate(convolutions):
            convolution = self._convolution(filters, kernel_size, strides, f"convolution_{index}")
            convolution.build(shape)
            output_shape = convolution.compute_output_shape(shape)
            last = index == len(convolutions) - 1
            normalization = self._normalization(
                f"normalization_{index}",
                zero=last and self.zero_init_residual and not self.preactivation,
            )
            normalization.build(shape if self.preactivation else output_shape)
            self.convolutions.append(convolution)
            self.normalizations.append(normalization)
            shape = output_shape
        self.drop_path = DropPath(
            self.drop_path_rate, seed=self.seed, dtype=self.dtype_policy, name="drop_path"
        )
        self.drop_path.build(shape)

        self.projection: Any = None
        self.projection_normalization: Any = None
        if self.strides != 1 or input_shape[-1] != shape[-1]:
            self.projection = self._convolution(shape[-1], 1, self.strides, "projection")
            self.projection.build(input_shape)
            if not self.preactivation:
                self.projection_normalization = self._normalization("projection_normalization")
                self.projection_normalization.build(shape)

    def call(self, images: Any, training: bool | None = None) -> Any:
        """Adds the branch to the shortcut."""
        if self.preactivation:
            return self._call_preactivation(images, training)
        outputs = images
        for index, convolution in enumerate(self.convolutions):
            if index > 0:
                outputs = self.activation(outputs)
            outputs = self.normalizations[index](convolution(outputs), training=training)
        shortcut = images
        if self.projection is not None:
            shortcut = self.projection_normalization(self.projection(images), training=training)
        return self.activation(shortcut + self.drop_path(outputs, training=training))

    def _call_preactivation(self, images: Any, training: bool | None) -> Any:
        shortcut = outputs = images
        for index, convolution in enumerate(self.convolutions):
            outputs = self.activation(self.normalizations[index](outputs, training=training))
            if index == 0 and self.projection is not None:
                shortcut = self.projection(outputs)
            outputs = convolution(outputs)
        return shortcut + self.drop_path(outputs, training=training)

    def _convolutions(self) -> list[tuple[int, int, int]]:
        """Filters, kernel size and strides of the branch's convolutions."""
        return [
            (self.filters, self.kernel_size, self.strides),
            (self.filters, self.kernel_size, 1),
        ]

    def _convolution(
        self, filters: int, kernel_size: int, strides: int, name: str
    ) -> keras.layers.Layer:
        return keras.layers.Conv2D(
            filters,
            kernel_size,
            strides,
            padding="same",
            data_format="channels_last",
            use_bias=False,
            kernel_initializer=fresh(self.kernel_initializer),
            kernel_regularizer=self.kernel_regularizer,
            dtype=self.dtype_policy,
            name=name,
        )

    def _normalization(self, name: str, zero: bool = False) -> keras.layers.Layer:
        scale = {"gamma_initializer": "zeros"} if zero else {}
        return self.normalization.make(name, dtype=self.dtype_policy, **scale)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The strides divide height and width."""
        batch, height, width, _ = input_shape
        filters = self._convolutions()[-1][0]
        return (batch, strided(height, self.strides), strided(width, self.strides), filters)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            filters=self.filters,
            kernel_size=self.kernel_size,
            strides=self.strides,
            activation=keras.activations.serialize(self.activation),
            preactivation=self.preactivation,
            zero_init_residual=self.zero_init_residual,
            drop_path_rate=self.drop_path_rate,
            normalization=self.normalization.config,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
            kernel_regularizer=keras.regularizers.serialize(self.kernel_regularizer),
            seed=self.seed,
        )
        return config
