"""Multi-head attention by random features."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.attention.attention_masks import AttentionMasks
from kerasdl.layers.attention.base_multi_head_attention import (
    BaseMultiHeadAttention,
)
from kerasdl.ops.attention_linear import orthogonal_gaussian, performer_attention
from kerasdl.registration import public


@public
class PerformerAttention(BaseMultiHeadAttention):
    """Approximates multi-head attention in linear time, by random features (FAVOR+).

    In expectation over the random projection the weights are those of the softmax, and
    more features come closer to it (Choromanski et al., 2021, "Rethinking attention with
    Performers"). The projection's rows are orthogonal in groups; it is drawn once, not
    trained, and saved with the weights. Computed in float32 in every dtype.

    Args:
        num_heads: Number of query heads.
        num_features: Number of random features.
        key_dim: Width of a query's and key's head. Defaults to the width of the query divided
            by `num_heads`.
        value_dim: Width of a value's head. Defaults to that of a key's.
        output_dim: Width of the output. Defaults to the width of the query.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`.
            Defaults to `num_heads`.
        causal: Whether a query attends to no position after its own.
        use_bias: Whether the projections add a bias.
        kernel_initializer: Initializer of the projections' kernels.
        seed: Seed of the random projection.
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

    >>> x = keras.random.normal((2, 100, 32), seed=1)
    >>> PerformerAttention(num_heads=4, num_features=64, seed=1)(x).shape
    TensorShape([2, 100, 32])
    """

    def __init__(
        self,
        num_heads: int,
        num_features: int = 256,
        key_dim: int | None = None,
        value_dim: int | None = None,
        output_dim: int | None = None,
        num_key_value_heads: int | None = None,
        causal: bool = False,
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
            **kwargs,
        )
        check_positive_integers(num_features=num_features)
        self.num_features = num_features
        self.causal = causal
        self.seed = seed

    def build(self, query_shape: Any, value_shape: Any = None, key_shape: Any = None) -> None:
        """Creates the projections, and draws the random one."""
        super().build(query_shape, value_shape, key_shape)
        self.random_projection = self.add_weight(
            name="random_projection",
            shape=(self.num_features, self._key_width),
            initializer=self._draw,
            trainable=False,
            autocast=False,
        )

    def _draw(self, shape: Any, dtype: Any = None) -> Any:
        seed = self.seed
        if seed is None:  # then it follows `keras.utils.set_random_seed`
            seed = int(ops.convert_to_numpy(keras.random.randint((), 0, 2**31 - 1)))
        return ops.cast(orthogonal_gaussian(shape[0], shape[1], seed), dtype)

    def attend(
        self, query: Any, key: Any, value: Any, masks: AttentionMasks, training: bool | None
    ) -> Any:
        """Attends by random features."""
        del training
        masks.check_padding_only(self)
        projection = self.random_projection
        return performer_attention(
            query, key, value, projection, mask=masks.key, causal=self.causal
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "num_features": self.num_features,
            "causal": self.causal,
            "seed": self.seed,
        }
