"""The `MixerBlock` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import check_sequence_shape
from kerasdl.layers.blocks.feed_forward import FeedForward
from kerasdl.layers.blocks.gated_activation import get_activation, serialize_activation
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.padding import merge_padding, zero_padding
from kerasdl.layers.regularization.drop_path import DropPath
from kerasdl.layers.seeds import derive_seed
from kerasdl.registration import public


@public
class MixerBlock(keras.layers.Layer):
    """Mixes positions, then channels, by two feed-forward layers: no attention, no convolution.

    The first works along the positions, the same for every channel, the second along the
    channels, the same for every position; each is normalized before and added to its input
    (Tolstikhin et al. 2021, https://arxiv.org/abs/2105.01601, equation 1). The number of
    positions is fixed when the block is built.

    Args:
        token_dim: Width inside the layer that mixes positions.
        channel_dim: Width inside the layer that mixes channels.
        activation: Activation of both; see `FeedForward`.
        dropout: Fraction of the hidden values that is set to zero in training.
        drop_path_rate: Probability of dropping a branch of an example in training.
        normalization: `"layer_norm"`, `"rms_norm"`, or a Keras layer that others are made
            like, such as `keras.layers.LayerNormalization(epsilon=1e-12)`.
        seed: Integer that makes dropout reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, time, width]`.
        mask: Optional boolean tensor `[batch, time]`, True = keep. Masked positions count as
            zeros when positions are mixed, and come out as zeros.
        training: Whether dropout is applied.

    Returns:
        Float tensor of the same shape.

    Raises:
        ValueError: If a number is out of its range, the inputs are not of rank 3, or the
            number of positions is unknown or changes.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> block = kerasdl.layers.MixerBlock(token_dim=6, channel_dim=16)
    >>> tuple(block(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 8)
    """

    def __init__(
        self,
        token_dim: int,
        channel_dim: int,
        activation: Any = "gelu",
        dropout: float = 0.0,
        drop_path_rate: float = 0.0,
        normalization: Any = "layer_norm",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive_integers(token_dim=token_dim, channel_dim=channel_dim)
        check_rates(dropout=dropout, drop_path_rate=drop_path_rate)
        self.token_dim = token_dim
        self.channel_dim = channel_dim
        self.activation = get_activation(activation)
        self.dropout = dropout
        self.drop_path_rate = drop_path_rate
        self.normalization = Normalization(normalization)
        self.seed = seed
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Creates both feed-forward layers and what goes with them."""
        check_sequence_shape(input_shape)
        _, time, width = input_shape
        if time is None:
            raise ValueError(
                f"Received inputs of shape {tuple(input_shape)}. Expected a known number of "
                "positions, since there is a weight for each: pad or crop to one length."
            )
        self.token_normalization = self._normalization("token_normalization", input_shape)
        self.token_mixing = self._feed_forward("token_mixing", self.token_dim, time)
        self.token_drop_path = self._drop_path("token_drop_path", input_shape)
        self.channel_normalization = self._normalization("channel_normalization", input_shape)
        self.channel_mixing = self._feed_forward("channel_mixing", self.channel_dim, width)
        self.channel_drop_path = self._drop_path("channel_drop_path", input_shape)
        self._time = time

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Mixes positions, then channels."""
        if inputs.shape[1] not in (None, self._time):
            raise ValueError(
                f"Received inputs of shape {tuple(inputs.shape)} for a block that was built for "
                f"{self._time} positions. Pad or crop to that length."
            )
        mask = merge_padding(mask, None)
        x = zero_padding(inputs, mask)
        mixed = zero_padding(self.token_normalization(x), mask)
        mixed = self.token_mixing(ops.transpose(mixed, (0, 2, 1)), training=training)
        mixed = self.token_drop_path(ops.transpose(mixed, (0, 2, 1)), training=training)
        x = x + mixed
        mixed = self.channel_mixing(self.channel_normalization(x), training=training)
        x = x + self.channel_drop_path(mixed, training=training)
        return zero_padding(x, mask)

    def _normalization(self, name: str, shape: Any) -> keras.layers.Layer:
        layer = self.normalization.make(name, dtype=self.dtype_policy)
        layer.build(shape)
        return layer

    def _feed_forward(self, name: str, hidden_dim: int, width: int) -> FeedForward:
        layer = FeedForward(
            hidden_dim,
            activation=self.activation,
            dropout=self.dropout,
            seed=derive_seed(self.seed, name),
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build((None, None, width))
        return layer

    def _drop_path(self, name: str, shape: Any) -> DropPath:
        layer = DropPath(
            self.drop_path_rate,
            seed=derive_seed(self.seed, name),
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build(shape)
        return layer

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            token_dim=self.token_dim,
            channel_dim=self.channel_dim,
            activation=serialize_activation(self.activation),
            dropout=self.dropout,
            drop_path_rate=self.drop_path_rate,
            normalization=self.normalization.config,
            seed=self.seed,
        )
        return config
