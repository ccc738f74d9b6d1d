"""Multi-head attention in linear time."""

from typing import Any

from kerasdl.layers.attention.attention_masks import AttentionMasks
from kerasdl.layers.attention.base_multi_head_attention import BaseMultiHeadAttention
from kerasdl.ops.attention_linear import linear_attention
from kerasdl.registration import public


@public
class LinearAttention(BaseMultiHeadAttention):
    """Multi-head attention in time proportional to the length, by a kernel's features.

    The weight of a key is a product of features, `elu(query) + 1` times `elu(key) + 1`, instead
    of an exponential, so that all queries can share one sum over the keys (Katharopoulos
    et al., 2020, "Transformers are RNNs"). Computed in float32 in every dtype.

    Args:
        num_heads: Number of query heads.
        key_dim: Width of a query's and key's head. Defaults to the width of the query divided
            by `num_heads`.
        value_dim: Width of a value's head. Defaults to that of a key's.
        output_dim: Width of the output. Defaults to the width of the query.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`.
            Defaults to `num_heads`.
        causal: Whether a query attends to no position after its own.
        use_bias: Whether the projections add a bias.
        kernel_initializer: Initializer of the projections' kernels.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: Tensor of shape `(batch, query time, width)`.
        value: Tensor of shape `(batch, key time, value width)`; None: self-attention.
        key: Tensor of shape `(batch, key time, key width)`. Defaults to `value`.
        mask: Boolean tensor, True = attend, of shape `(batch, time)`: the padding in
            self-attention. Merged by AND with the masks that come with the inputs and the
            three below.
        query_mask: Boolean tensor of shape `(batch, query time)`. Masked queries give zeros.
        value_mask: Boolean tensor of shape `(batch, key time)`.
        key_mask: Boolean tensor of shape `(batch, key time)`.
        training: Makes no difference: there are no weights to drop.

    Returns:
        Tensor of shape `(batch, query time, output_dim)`, in the compute dtype.

    Raises:
        ValueError: A shape, mask or number does not fit; a mask is about pairs.

    Example:

    >>> import keras
    >>> x = keras.random.normal((2, 100, 32), seed=1)
    >>> LinearAttention(num_heads=4, causal=True)(x).shape
    TensorShape([2, 100, 32])
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        causal: bool = False,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_heads=num_heads,
            key_dim=key_dim,
            value_dim=value_dim,
            output_dim=output_dim,
            num_key_value_heads=num_key_value_heads,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            **kwargs,
        )
        self.causal = causal

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends by features."""
        del training
        masks.check_padding_only(self)
        return linear_attention(query, key, value, mask=masks.key, causal=self.causal)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "causal": self.causal,
        }
