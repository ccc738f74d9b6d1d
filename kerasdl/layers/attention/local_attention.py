"""Multi-head attention within a sliding window."""

from typing import Any

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import serialize_rotary
from kerasdl.layers.attention.attention_masks import AttentionMasks
from kerasdl.layers.attention.base_multi_head_attention import BaseMultiHeadAttention
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.attention_local import local_attention
from kerasdl.registration import public


@public
class LocalAttention(BaseMultiHeadAttention, RandomLayer):
    """Multi-head attention to what is near, in time proportional to length times window.

    Equal to `MultiHeadAttention` with `kerasdl.ops.sliding_window_mask`, without computing what
    that hides (Beltagy et al., 2020, "Longformer"; causal: Jiang et al., 2023, "Mistral 7B").
    Query and key must be equally long.

    Args:
        num_heads: Number of query heads.
        window: Positive integer: with `causal`, the number of positions that a query sees,
            its own included; without, it sees `window - 1` to each side and its own.
        key_dim: Width of a query's and key's head. Defaults to the width of the query divided
            by `num_heads`.
        value_dim: Width of a value's head. Defaults to that of a key's.
        output_dim: Width of the output. Defaults to the width of the query.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`.
            Defaults to `num_heads`.
        causal: Whether a query attends to no position after its own.
        rotary: Layer that is applied to the heads of query and key, with an argument
            `start_index`: `RotaryPositionalEmbedding`. It is copied. None for none.
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
        ValueError: A shape, mask or number does not fit; a mask is about pairs.

    Example:

    >>> import keras
    >>> x = keras.random.normal((2, 100, 32), seed=1)
    >>> LocalAttention(num_heads=4, window=16, causal=True)(x).shape
    TensorShape([2, 100, 32])
    """

    def __init__(
        self,
        num_heads: int,
        window: int,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        causal: bool = False,
        rotary: Any = None,
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
            rotary=rotary,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            seed=seed,
            **kwargs,
        )
        check_positive_integers(window=window)
        check_rates(dropout=dropout)
        self.window = window
        self.causal = causal
        self.dropout = dropout

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends within the window."""
        masks.check_padding_only(self)
        return local_attention(
            query,
            key,
            value,
            mask=masks.key,
            window=self.window,
            causal=self.causal,
            dropout_rate=self.dropout if training else 0.0,
            dropout_seed=self.seed_generator,
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "window": self.window,
            "causal": self.causal,
            "rotary": serialize_rotary(self.rotary),
            "dropout": self.dropout,
        }
