"""Scaled dot-product attention."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_rates
from kerasdl.layers.attention.attention_masks import (
    AttentionMasks,
    check_input_shapes,
    zero_unused,
)
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.attention import scaled_dot_product_attention
from kerasdl.registration import public


@public
class ScaledDotProductAttention(RandomLayer):
    """Averages values, weighted by how well their keys match the query.

    `softmax(query @ key^T * scale + bias) @ value` (Vaswani et al., 2017, equation 1), without
    projections: the layer over `kerasdl.ops.scaled_dot_product_attention`, with its promises.
    It has nothing to learn; `MultiHeadAttention` does.

    Args:
        causal: Whether a query attends to no position after its own.
        scale: Factor of the scores. Defaults to `1 / sqrt(width)`.
        dropout: Fraction of the attention weights that is set to zero in training.
        block_size: Number of queries that are computed at a time, see
            `kerasdl.ops.scaled_dot_product_attention`; None chooses.
        seed: Seed of the dropout.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: Tensor of shape `(batch, query time, width)` or
            `(batch, heads, query time, width)`.
        value: Tensor of shape `(batch, key time, value width)`, or with heads; None:
            self-attention.
        key: Tensor of shape `(batch, key time, width)`, or with heads. Defaults to `value`.
        mask: Boolean tensor, True = attend, of shape `(batch, query time, key time)` or
            `(batch, heads, query time, key time)`. In self-attention also `(batch, time)`,
            the padding of the sequence. Merged by AND with the masks that come with the
            inputs and the three below.
        query_mask: Boolean tensor of shape `(batch, query time)`. Masked queries give zeros.
        value_mask: Boolean tensor of shape `(batch, key time)`.
        key_mask: Boolean tensor of shape `(batch, key time)`.
        training: Whether dropout is applied.
        bias: Tensor that is added to the scores, of a shape that broadcasts to
            `(batch, heads, query time, key time)`; without heads, of 1 head.
        return_attention_scores: Whether to return the attention weights too.

    Returns:
        Tensor of the shape of the query, as wide as the value, in the compute dtype. With
        `return_attention_scores` a tuple of it and the weights before dropout, of shape
        `(batch, query time, key time)`, or with heads.

    Raises:
        ValueError: A shape, mask or number does not fit.

    Example:

    >>> x = keras.random.normal((2, 5, 8), seed=1)
    >>> ScaledDotProductAttention(causal=True)(x).shape
    TensorShape([2, 5, 8])
    """

    def __init__(
        self,
        causal: bool = False,
        scale: float | None = None,
        dropout: float = 0.0,
        block_size: int | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        check_rates(dropout=dropout)
        self.causal = causal
        self.scale = scale
        self.dropout = dropout
        self.block_size = block_size
        self.supports_masking = True

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Checks the shapes; there are no weights."""
        value_shape = query_shape if value_shape is None else value_shape
        key_shape = value_shape if key_shape is None else key_shape
        check_input_shapes(query_shape, value_shape, key_shape, ranks=(3, 4))

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
        bias: Any = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Attends; see the class."""
        is_self = value is None and key is None
        masks = AttentionMasks.merge(is_self, mask, query_mask, value_mask, key_mask)
        value = query if value is None else value
        key = value if key is None else key
        check_input_shapes(query.shape, value.shape, key.shape, ranks=(3, 4))
        heads = query.shape[1] if len(query.shape) == 4 else 1
        masks.check_shapes(query.shape, value.shape, heads)
        rows = None if masks.query is None else masks.query[:, None, :, None]
        has_heads = len(query.shape) == 4
        tensors = [x if has_heads else x[:, None] for x in (query, key, value)]
        tensors[0] = zero_unused(tensors[0], rows)
        attended = scaled_dot_product_attention(
            tensors[0],
            tensors[1],
            tensors[2],
            mask=masks.merged(),
            bias=bias,
            causal=self.causal,
            scale=self.scale,
            dropout_rate=self.dropout if training else 0.0,
            dropout_seed=self.seed_generator,
            block_size=None if return_attention_scores else self.block_size,
            return_weights=return_attention_scores,
        )
        outputs, weights = attended if return_attention_scores else (attended, None)
        outputs = zero_unused(outputs, rows)
        outputs = outputs if has_heads else outputs[:, 0]
        if not return_attention_scores:
            return outputs
        weights = ops.cast(zero_unused(weights, rows), self.compute_dtype)
        return outputs, weights if has_heads else weights[:, 0]

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
        bias: Any = None,
        return_attention_scores: bool = False,
    ) -> Any:
        """Shapes and dtypes of what `call` returns."""
        value = query if value is None else value
        shape = self.compute_output_shape(query.shape, value.shape)
        outputs = keras.KerasTensor(shape, self.compute_dtype)
        if not return_attention_scores:
            return outputs
        weights_shape = (*query.shape[:-1], value.shape[-2])
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
            "causal": self.causal,
            "scale": self.scale,
            "dropout": self.dropout,
            "block_size": self.block_size,
        }
