"""Additive attention."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import fresh
from kerasdl.layers.attention.attention_masks import (
    AttentionMasks,
    check_input_shapes,
    zero_unused,
)
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.attention_additive import additive_attention
from kerasdl.registration import public


@public
class AdditiveAttention(RandomLayer):
    """Averages values, weighted by a small network of query and key.

    The score is `v . tanh(W q + U k + b)` (Bahdanau et al., 2015, "Neural machine translation by
    jointly learning to align and translate", appendix A.1.2), with its projections `W` and
    `U`, which `keras.layers.AdditiveAttention` leaves to the user. Values are not projected.

    Args:
        units: Width of the hidden layer in which query and key are added.
        use_bias: Whether the hidden layer adds a bias.
        dropout: Fraction of the attention weights that is set to zero in training.
        kernel_initializer: Initializer of the projections and of `v`.
        seed: Seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: Tensor of shape `(batch, query time, width)`.
        value: Tensor of shape `(batch, key time, value width)`; None: self-attention.
        key: Tensor of shape `(batch, key time, key width)`. Defaults to `value`.
        mask: Boolean tensor, True = attend, of shape `(batch, query time, key time)`. In
            self-attention also `(batch, time)`, the padding of the sequence. Merged by AND
            with the masks that come with the inputs and the three below.
        query_mask: Boolean tensor of shape `(batch, query time)`. Masked queries give zeros.
        value_mask: Boolean tensor of shape `(batch, key time)`.
        key_mask: Boolean tensor of shape `(batch, key time)`.
        training: Whether dropout is applied.
        return_attention_scores: Whether to return the attention weights too.

    Returns:
        Tensor of shape `(batch, query time, value width)`, in the compute dtype. With
        `return_attention_scores` a tuple of it and the weights before dropout, of shape
        `(batch, query time, key time)`.

    Raises:
        ValueError: A shape, mask or number does not fit.

    Example:

    >>> decoder, encoder = keras.ops.ones((2, 1, 6)), keras.ops.ones((2, 9, 4))
    >>> AdditiveAttention(units=8)(decoder, encoder).shape
    TensorShape([2, 1, 4])
    """

    def __init__(
        self,
        units: int,
        use_bias: bool = True,
        dropout: float = 0.0,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        check_positive_integers(units=units)
        check_rates(dropout=dropout)
        self.units = units
        self.use_bias = use_bias
        self.dropout = dropout
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Creates the projections and the vector of the scores."""
        value_shape = query_shape if value_shape is None else value_shape
        key_shape = value_shape if key_shape is None else key_shape
        check_input_shapes(query_shape, value_shape, key_shape)
        self.query_dense = self._dense("query", query_shape, use_bias=self.use_bias)
        self.key_dense = self._dense("key", key_shape, use_bias=False)
        self.scale = self.add_weight(
            name="scale", shape=(self.units, 1), initializer=fresh(self.kernel_initializer)
        )

    def call(
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        mask: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        training: bool | None = None,
        *,
        return_attention_scores: bool = False,
    ) -> Any:
        """Attends; see the class."""
        is_self = value is None and key is None
        masks = AttentionMasks.merge(is_self, mask, query_mask, value_mask, key_mask)
        value = query if value is None else value
        key = value if key is None else key
        check_input_shapes(query.shape, value.shape, key.shape)
        masks.check_shapes(query.shape, value.shape)
        used_queries, used_keys = masks.used()
        key, value = zero_unused(key, used_keys), zero_unused(value, used_keys)
        outputs, weights = additive_attention(
            self.query_dense(zero_unused(query, used_queries)),
            self.key_dense(key),
            value,
            ops.reshape(self.scale, (-1,)),
            mask=masks.merged(),
            dropout_rate=self.dropout if training else 0.0,
            dropout_seed=self.seed_generator,
            return_weights=True,
        )
        outputs = zero_unused(outputs, masks.attending_rows(False, ops.shape(query)[1]))
        if return_attention_scores:
            return outputs, ops.cast(weights, self.compute_dtype)
        return outputs

    def _dense(self, name: str, input_shape: Any, use_bias: bool) -> keras.layers.Dense:
        dense = keras.layers.Dense(
            self.units,
            use_bias=use_bias,
            kernel_initializer=fresh(self.kernel_initializer),
            dtype=self.dtype_policy,
            name=name,
        )
        dense.build(input_shape)
        return dense

    def compute_mask(self, query: Any, mask: Any = None) -> Any:
        """The query's own mask, unchanged."""
        if mask is not None and len(mask.shape) == 2:
            return mask
        return getattr(query, "_keras_mask", None)

    def compute_output_spec(
        self,
        query: Any,
        value: Any = None,
        key: Any = None,
        mask: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        training: bool | None = None,
        *,
        return_attention_scores: bool = False,
    ) -> Any:
        """Shapes and dtypes of what `call` returns."""
        value = query if value is None else value
        shape = self.compute_output_shape(query.shape, value.shape)
        outputs = keras.KerasTensor(shape, self.compute_dtype)
        if not return_attention_scores:
            return outputs
        weights_shape = (query.shape[0], query.shape[1], value.shape[1])
        return outputs, keras.KerasTensor(weights_shape, self.compute_dtype)

    def compute_output_shape(
        self, query_shape: Any, value_shape: Any = None, key_shape: Any = None
    ) -> tuple[int | None, ...]:
        """The query's shape, as wide as the value."""
        del key_shape
        value_shape = query_shape if value_shape is None else value_shape
        return (*query_shape[:-1], value_shape[-1])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "units": self.units,
            "use_bias": self.use_bias,
            "dropout": self.dropout,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
