"""Multi-head attention of low rank."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import fresh
from kerasdl.layers.attention.attention_masks import AttentionMasks
from kerasdl.layers.attention.base_multi_head_attention import (
    BaseMultiHeadAttention,
)
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.attention import scaled_dot_product_attention
from kerasdl.ops.attention_heads import matmul
from kerasdl.registration import public


@public
class LinformerAttention(BaseMultiHeadAttention, RandomLayer):
    """Multi-head attention to a fixed number of mixtures of keys and values.

    Two learned matrices mix the keys, and the values, of all positions into `rank` of each, to
    which every query then attends (Wang et al., 2020, "Linformer: self-attention with linear
    complexity"; shared by the heads). Masked positions are left out of the mixtures. There
    is no causal form: every mixture may hold every position.

    Args:
        num_heads: Number of query heads.
        max_length: Number of key positions for which there are mixing weights.
        rank: Number of mixtures.
        key_dim: Width of a query's and key's head. Defaults to the width of the query divided
            by `num_heads`.
        value_dim: Width of a value's head. Defaults to that of a key's.
        output_dim: Width of the output. Defaults to the width of the query.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`.
            Defaults to `num_heads`.
        dropout: Fraction of the attention weights that is set to zero in training.
        use_bias: Whether the projections add a bias.
        kernel_initializer: Initializer of the projections' kernels.
        seed: Seed of the dropout.
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
        training: Whether dropout is applied.

    Returns:
        Tensor of shape `(batch, query time, output_dim)`, in the compute dtype.

    Raises:
        ValueError: A shape, mask or number does not fit; a mask is about pairs; a value is
            longer than `max_length`.

    Example:

    >>> import keras
    >>> x = keras.random.normal((2, 100, 32), seed=1)
    >>> LinformerAttention(num_heads=4, max_length=128, rank=16)(x).shape
    TensorShape([2, 100, 32])
    """

    def __init__(
        self,
        num_heads: int,
        max_length: int,
        rank: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        seed: int | None = None,
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
            seed=seed,
            **kwargs,
        )
        check_positive_integers(max_length=max_length, rank=rank)
        check_rates(dropout=dropout)
        self.max_length = max_length
        self.rank = rank
        self.dropout = dropout

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Creates the projections and the two mixing matrices."""
        super().build(query_shape, value_shape, key_shape)
        self.key_mixture = self._mixture("key_mixture")
        self.value_mixture = self._mixture("value_mixture")

    def _mixture(self, name: str) -> Any:
        shape = (self.max_length, self.rank)
        return self.add_weight(name=name, shape=shape, initializer=fresh(self.kernel_initializer))

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends to mixtures of keys and values."""
        masks.check_padding_only(self)
        if key.shape[2] is not None and key.shape[2] > self.max_length:
            raise ValueError(
                f"There are mixing weights for {self.max_length} positions. Received a value of "
                f"{key.shape[2]}. Cut it, or give a larger `max_length`."
            )
        if masks.key is not None:
            real = masks.key[:, None, :, None]
            key, value = (ops.where(real, x, ops.zeros_like(x)) for x in (key, value))
        return scaled_dot_product_attention(
            query,
            _mix(self.key_mixture, key),
            _mix(self.value_mixture, value),
            dropout_rate=self.dropout if training else 0.0,
            dropout_seed=self.seed_generator,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "rank": self.rank,
            "dropout": self.dropout,
        }


def _mix(mixture: Any, tensor: Any) -> Any:
    """`(batch, heads, time, width)` to `(batch, heads, rank, width)`."""
    batch, heads, time, _ = ops.shape(tensor)
    mixture = ops.convert_to_tensor(mixture)[:time]
    mixture = ops.broadcast_to(mixture, (batch, heads, *ops.shape(mixture)))
    return matmul(mixture, tensor, transpose_a=True)
