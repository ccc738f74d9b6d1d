"""The `BottleneckBlock` layer."""

from typing import Any

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.vision.residual_block import ResidualBlock
from kerasdl.registration import public


@public
class BottleneckBlock(ResidualBlock):
    """A residual block whose wide input and output surround a narrow convolution.

    A 1 x 1 convolution reduces the channels to `filters`, a 3 x 3 one works on
    them, a 1 x 1 one widens them to `expansion * filters`: the block of the deep
    ResNets (He et al. 2015, https://arxiv.org/abs/1512.03385, figure 5). The
    strides are those of the middle convolution (as in PyTorch's ResNet), not of
    the first, which would throw three quarters of its input away.

    Args:
        filters: Number of channels of the middle convolution.
        expansion: The number of output channels is `expansion * filters`.
        kernel_size: Height and width of the middle kernel.
        strides: Strides of the middle convolution and of the shortcut.
        activation: Activation function.
        preactivation: As in `ResidualBlock`.
        zero_init_residual: As in `ResidualBlock`.
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
        Float tensor
        `[batch, ceil(height / strides), ceil(width / strides), expansion * filters]`.

    Raises:
        ValueError: If a size is not a positive integer, the rate is outside
            `[0, 1)` or the images are not of rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.BottleneckBlock(filters=4)
    >>> tuple(layer(np.zeros((2, 9, 9, 16), "float32")).shape)
    (2, 9, 9, 16)
    """

    def __init__(
        self,
        filters: int,
        expansion: int = 4,
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
        super().__init__(
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            activation=activation,
            preactivation=preactivation,
            zero_init_residual=zero_init_residual,
            drop_path_rate=drop_path_rate,
            normalization=normalization,
            kernel_initializer=kernel_initializer,
            kernel_regularizer=kernel_regularizer,
            seed=seed,
            **kwargs,
        )
        check_positive_integers(expansion=expansion)
        self.expansion = expansion

    def _convolutions(self) -> list[tuple[int, int, int]]:
        return [
            (self.filters, 1, 1),
            (self.filters, self.kernel_size, self.strides),
            (self.filters * self.expansion, 1, 1),
        ]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(expansion=self.expansion)
        return config
