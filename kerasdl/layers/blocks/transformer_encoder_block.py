"""The `TransformerEncoderBlock` layer."""

from typing import Any

from kerasdl.layers.blocks.transformer_block import TransformerBlock
from kerasdl.layers.padding import merge_padding, zero_padding
from kerasdl.registration import public


@public
class TransformerEncoderBlock(TransformerBlock):
    """Self-attention, then a feed-forward layer, each added to its input.

    The block of BERT and of vision transformers (Vaswani et al. 2017,
    https://arxiv.org/abs/1706.03762, section 3). Normalization comes before each
    branch, which trains deep stacks without warm-up (Xiong et al. 2020,
    https://arxiv.org/abs/2002.04745) and wants one more normalization after the
    last block; `norm_first=False` is the original order.

    Args:
        num_heads: Number of attention heads; divides the width of the inputs.
        hidden_dim: Width inside the feed-forward layer.
        num_key_value_heads: Number of key and value heads, a divisor of `num_heads`
            (grouped-query attention). Default: `num_heads`.
        activation: Activation of the feed-forward layer; `"swiglu"` and its kin make it a
            gated one, see `FeedForward`.
        normalization: `"layer_norm"`, `"rms_norm"`, or a Keras layer that others are made
            like, such as `keras.layers.LayerNormalization(epsilon=1e-12)`.
        norm_first: Whether to normalize before each branch; otherwise after each sum.
        dropout: Rate of dropout on the attention weights, the feed-forward layer's hidden
            values and the output of each branch.
        drop_path_rate: Probability of dropping a branch of an example in training.
        rotary: Layer that rotates positions into queries and keys; see
            `MultiHeadAttention`.
        use_bias: Whether the projections add a bias.
        seed: Integer that makes dropout reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, time, width]`.
        mask: Optional boolean tensor `[batch, time]`, True = keep: the padding, merged by
            AND with the mask that the inputs carry. Masked positions influence nothing and
            come out as zeros.
        attention_mask: Optional boolean tensor `[batch, time, time]` or
            `[batch, heads, time, time]`, True = attend, merged with the padding.
        bias: Optional tensor that is added to the attention scores, such as what `ALiBi`
            gives.
        inputs_mask: The mask that the inputs carry; filled in by Keras.
        training: Whether dropout is applied.

    Returns:
        Float tensor of the same shape, in the compute dtype.

    Raises:
        ValueError: If a number is out of its range, the inputs are not of rank 3, or their
            width is no multiple of `num_heads`.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> block = kerasdl.layers.TransformerEncoderBlock(num_heads=2, hidden_dim=16)
    >>> tuple(block(np.zeros((2, 5, 8), "float32")).shape)
    (2, 5, 8)
    """

    def build(self, input_shape: Any) -> None:
        """Creates the two branches."""
        self.build_branches(("attention", "feed_forward"), input_shape)
        self.attention = self.make_attention("attention", input_shape[-1], rotary=self.rotary)
        self.attention.build(input_shape)
        self.feed_forward = self.make_feed_forward(input_shape)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        attention_mask: Any = None,
        bias: Any = None,
        inputs_mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Attends, and works on each position."""
        padding = merge_padding(mask, inputs_mask)
        x = zero_padding(inputs, padding)
        attended = self.attention(
            self.before("attention", x),
            mask=attention_mask,
            bias=bias,
            query_mask=padding,
            training=training,
        )
        x = self.after("attention", x, attended, training)
        worked = self.feed_forward(self.before("feed_forward", x), training=training)
        return zero_padding(self.after("feed_forward", x, worked, training), padding)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)
