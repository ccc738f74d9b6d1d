"""The `FeedForward` layer."""

from typing import Any

import keras

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import fresh
from kerasdl.layers.blocks.gated_activation import (
    gate_of,
    get_activation,
    is_gated,
    serialize_activation,
)
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.registration import public


@public
class FeedForward(keras.layers.Layer):
    """Two dense layers, the first wider, applied to each position by itself.

    The part of a transformer block that works on what attention has gathered
    (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3.3). With a
    gated activation a second projection multiplies the activated one, which gives
    better language models for the same number of weights (Shazeer 2020,
    https://arxiv.org/abs/2002.05202). To keep the number of weights, make a gated
    layer two thirds as wide.

    Args:
        hidden_dim: Width between the two layers.
        activation: Activation of the hidden layer: all that Keras knows, or a gated one:
            `"swiglu"`, `"geglu"`, `"reglu"`, `"glu"`.
        dropout: Fraction of the hidden values that is set to zero in training.
        use_bias: Whether the projections add a bias.
        kernel_initializer: Initializer of the kernels.
        bias_initializer: Initializer of the biases.
        seed: Integer that makes the dropout reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, ..., width]`.
        training: Whether dropout is applied.

    Returns:
        Float tensor of the same shape. A mask is passed on.

    Raises:
        ValueError: If `hidden_dim` is not a positive integer, the rate is outside
            `[0, 1)` or the width of the inputs is unknown.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> swiglu = kerasdl.layers.FeedForward(16, activation="swiglu", use_bias=False)
    >>> tuple(swiglu(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 8)
    """

    def __init__(
        self,
        hidden_dim: int,
        activation: Any = "gelu",
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_positive_integers(hidden_dim=hidden_dim)
        check_rates(dropout=dropout)
        self.hidden_dim = hidden_dim
        self.activation = get_activation(activation)
        self.dropout = dropout
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)
        self.seed = seed
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Creates the projections."""
        width = input_shape[-1]
        if len(input_shape) < 2 or width is None:
            raise ValueError(
                f"Received inputs of shape {tuple(input_shape)}. Expected (batch, ..., width) with "
                "a known width."
            )
        gated = is_gated(self.activation)
        self.activation_function = gate_of(self.activation)
        self.hidden_dense = self._dense("hidden", width, self.hidden_dim)
        self.gate_dense = self._dense("gate", width, self.hidden_dim) if gated else None
        self.output_dense = self._dense("output", self.hidden_dim, width)
        self.hidden_dropout = InvertedDropout(
            self.dropout, seed=self.seed, dtype=self.dtype_policy, name="dropout"
        )
        self.hidden_dropout.build((*input_shape[:-1], self.hidden_dim))

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Widens, activates, and narrows."""
        hidden = self.hidden_dense(inputs)
        if self.gate_dense is None:
            hidden = self.activation_function(hidden)
        else:
            hidden = self.activation_function(self.gate_dense(inputs)) * hidden
        return self.output_dense(self.hidden_dropout(hidden, training=training))

    def _dense(self, name: str, width: int, units: int) -> keras.layers.Dense:
        dense = keras.layers.Dense(
            units,
            use_bias=self.use_bias,
            kernel_initializer=fresh(self.kernel_initializer),
            bias_initializer=fresh(self.bias_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build((None, width))
        return dense

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            hidden_dim=self.hidden_dim,
            activation=serialize_activation(self.activation),
            dropout=self.dropout,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.serialize(self.kernel_initializer),
            bias_initializer=keras.initializers.serialize(self.bias_initializer),
            seed=self.seed,
        )
        return config
