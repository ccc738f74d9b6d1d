"""The `SqueezeExcitation` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive
from kerasdl.layers.arguments import fresh
from kerasdl.layers.vision.image_input import check_image_shape
from kerasdl.ops.precision import at_least_float32
from kerasdl.registration import public


@public
class SqueezeExcitation(keras.layers.Layer):
    """Scales each channel by a gate that is computed from all channels' means.

    Channels are so strengthened or silenced by what the whole image holds, at
    almost no cost (Hu et al. 2018, https://arxiv.org/abs/1709.01507, equations 2-4).

    Args:
        ratio: Width of the hidden layer between the means and the gates, as a
            share of the channels (rounded, at least 1).
        activation: Activation of the hidden layer.
        gate_activation: Activation of the gates.
        kernel_initializer: Initializer of both kernels.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        images: Float tensor `[batch, height, width, channels]`.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If the ratio is not positive or the images are not of rank 4.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.SqueezeExcitation(ratio=0.25)
    >>> tuple(layer(np.zeros((2, 6, 6, 8), "float32")).shape)
    (2, 6, 6, 8)
    """

    def __init__(
        self,
        ratio: float = 1 / 16,
        activation: Any = "relu",
        gate_activation: Any = "sigmoid",
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive(ratio=ratio)
        self.ratio = ratio
        self.activation = keras.activations.get(activation)
        self.gate_activation = keras.activations.get(gate_activation)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape: Any) -> None:
        """Creates the two dense layers."""
        check_image_shape(input_shape)
        channels = input_shape[-1]
        hidden = max(1, round(self.ratio * channels))
        self.squeeze = keras.layers.Dense(
            hidden,
            activation=self.activation,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name="squeeze",
        )
        self.squeeze.build((None, channels))
        self.excite = keras.layers.Dense(
            channels,
            activation=self.gate_activation,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name="excite",
        )
        self.excite.build((None, hidden))

    def call(self, images: Any) -> Any:
        """Computes the gates and applies them."""
        means = ops.cast(ops.mean(at_least_float32(images), axis=(1, 2)), images.dtype)
        gates = self.excite(self.squeeze(means))
        return images * gates[:, None, None, :]

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the images."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            ratio=self.ratio,
            activation=keras.activations.serialize(self.activation),
            gate_activation=keras.activations.serialize(self.gate_activation),
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
        )
        return config
