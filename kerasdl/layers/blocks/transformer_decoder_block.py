"""The `TransformerDecoderBlock` layer."""

from typing import Any

import keras

from kerasdl.layers.arguments import check_sequence_shape
from kerasdl.layers.blocks.transformer_block import TransformerBlock
from kerasdl.layers.padding import merge_padding, zero_padding
from kerasdl.registration import public

Cache = dict[str, Any]


@public
class TransformerDecoderBlock(TransformerBlock):
    """Causal self-attention, optional attention to another sequence, a feed-forward layer.

    Without `cross_attention` it is the block of GPT and LLaMA, with it the decoder of a
    translator (Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, section 3). No
    position sees a later one. For generation, a cache keeps the keys and values of the
    positions so far, so that each step computes one position only.

    Args:
        num_heads: Number of attention heads; divides the width of the inputs.
        hidden_dim: Width inside the feed-forward layer.
        cross_attention: Whether the block attends to a second sequence, `memory`.
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
        rotary: Layer that rotates positions into the queries and keys of self-attention; see
            `MultiHeadAttention`.
        use_bias: Whether the projections add a bias.
        seed: Integer that makes dropout reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, time, width]`.
        memory: Float tensor `[batch, memory time, memory width]`, with `cross_attention` and
            without a cache.
        mask: Optional boolean tensor `[batch, time]`, True = keep: the padding, merged by
            AND with the mask that the inputs carry. Masked positions influence nothing and
            come out as zeros.
        memory_mask: Optional boolean tensor `[batch, memory time]`: the padding of `memory`;
            filled in by Keras where `memory` carries a mask.
        attention_mask: Optional boolean tensor `[batch, time, time]` or
            `[batch, heads, time, time]`, True = attend, merged with padding and causality.
        bias: Optional tensor that is added to the scores of self-attention.
        cache: What `init_cache` made or the call before returned.
        inputs_mask: The mask that the inputs carry; filled in by Keras.
        training: Whether dropout is applied.

    Returns:
        Float tensor of the shape of `inputs`, in the compute dtype; with a cache, a tuple
        of it and the new cache.

    Raises:
        ValueError: If a number is out of its range, the inputs are not of rank 3, their
            width is no multiple of `num_heads`, `memory` is given or missing against
            `cross_attention`, or the cache is full.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> block = kerasdl.layers.TransformerDecoderBlock(num_heads=2, hidden_dim=16)
    >>> x = np.random.default_rng(0).normal(size=(1, 4, 8)).astype("float32")
    >>> whole = block(x)
    >>> cache = block.init_cache(batch_size=1, max_length=4)
    >>> for t in range(4):
    ...     step, cache = block(x[:, t : t + 1], cache=cache)
    >>> bool(np.allclose(step[:, 0], whole[:, 3], atol=1e-5))
    True
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
        cross_attention: bool = False,
        num_key_value_heads: int | None = None,
        activation: Any = "gelu",
        normalization: Any = "layer_norm",
        norm_first: bool = True,
        dropout: float = 0.0,
        drop_path_rate: float = 0.0,
        rotary: Any = None,
        use_bias: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            num_heads=num_heads,
            hidden_dim=hidden_dim,
            num_key_value_heads=num_key_value_heads,
            activation=activation,
            normalization=normalization,
            norm_first=norm_first,
            dropout=dropout,
            drop_path_rate=drop_path_rate,
            rotary=rotary,
            use_bias=use_bias,
            seed=seed,
            **kwargs,
        )
        self.cross_attention = cross_attention

    def build(self, inputs_shape: Any, memory_shape: Any = None) -> None:
        """Creates the two or three branches."""
        self._check_memory(memory_shape is not None)
        middle = ("memory",) if self.cross_attention else ()
        self.build_branches(("attention", *middle, "feed_forward"), inputs_shape)
        width = inputs_shape[-1]
        self.self_attention = self.make_attention(
            "self_attention", width, causal=True, rotary=self.rotary
        )
        self.self_attention.build(inputs_shape)
        self.memory_attention: Any = None
        if self.cross_attention:
            check_sequence_shape(memory_shape)
            self.memory_attention = self.make_attention("memory_attention", width)
            self.memory_attention.build(inputs_shape, memory_shape)
        self.feed_forward = self.make_feed_forward(inputs_shape)

    def call(
        self,
        inputs: Any,
        memory: Any = None,
        mask: Any = None,
        memory_mask: Any = None,
        attention_mask: Any = None,
        bias: Any = None,
        cache: Cache | None = None,
        inputs_mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Attends to the past and to the memory, and works on each position."""
        if cache is None:
            self._check_memory(memory is not None)
        elif memory is not None:
            raise ValueError(
                "Received both `memory` and `cache`. The cache holds what is needed of the memory: "
                "give `memory` to `init_cache` and leave it out here."
            )
        padding = merge_padding(mask, inputs_mask)
        x = zero_padding(inputs, padding)

        attended = self.self_attention(
            self.before("attention", x),
            mask=attention_mask,
            bias=bias,
            cache=None if cache is None else cache["self"],
            query_mask=padding,
            training=training,
        )
        if cache is not None:
            attended, self_cache = attended
            cache = {**cache, "self": self_cache}
        x = self.after("attention", x, attended, training)

        if self.memory_attention is not None:
            queries = self.before("memory", x)
            if cache is None:
                attended = self.memory_attention(
                    queries,
                    memory,
                    query_mask=padding,
                    value_mask=memory_mask,
                    training=training,
                )
            else:
                attended, _ = self.memory_attention(
                    queries, cache=cache["memory"], query_mask=padding, training=training
                )
            x = self.after("memory", x, attended, training)

        worked = self.feed_forward(self.before("feed_forward", x), training=training)
        x = zero_padding(self.after("feed_forward", x, worked, training), padding)
        return x if cache is None else (x, cache)

    def init_cache(
        self, batch_size: int, max_length: int, memory: Any = None, memory_mask: Any = None
    ) -> Cache:
        """Makes an empty cache for `max_length` positions.

        Args:
            batch_size: Number of sequences.
            max_length: Number of positions there is room for.
            memory: The other sequence, with `cross_attention`; it is projected once.
            memory_mask: Boolean tensor `[batch, memory time]`: the padding of `memory`.

        Returns:
            Dictionary of tensors, to be given to `call` as `cache`.

        Raises:
            ValueError: If the block is not built, or `memory` is given or missing against
                `cross_attention`.
        """
        if not self.built:
            raise ValueError(
                "`init_cache` needs the widths of the projections. Received a block that is not "
                "built. Call it, or its `build`, first."
            )
        self._check_memory(memory is not None)
        cache: Cache = {"self": self.self_attention.init_cache(batch_size, max_length)}
        if self.memory_attention is not None:
            cache["memory"] = self.memory_attention.cache_memory(memory, mask=memory_mask)
        return cache

    def _check_memory(self, given: bool) -> None:
        if given and not self.cross_attention:
            raise ValueError(
                "Received `memory` with cross_attention=False. Leave it out, or make the block "
                "with cross_attention=True."
            )
        if self.cross_attention and not given:
            raise ValueError(
                "Received no `memory` with cross_attention=True. Give the sequence to attend to, "
                "or make the block with cross_attention=False."
            )

    def compute_output_shape(
        self, inputs_shape: Any, memory_shape: Any = None
    ) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(inputs_shape)

    def compute_output_spec(
        self,
        inputs: Any,
        memory: Any = None,
        mask: Any = None,
        memory_mask: Any = None,
        attention_mask: Any = None,
        bias: Any = None,
        cache: Cache | None = None,
        inputs_mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Shapes and dtypes of what `call` returns."""
        outputs = keras.KerasTensor(self.compute_output_shape(inputs.shape), self.compute_dtype)
        if cache is None:
            return outputs
        return outputs, keras.tree.map_structure(
            lambda tensor: keras.KerasTensor(tensor.shape, tensor.dtype), cache
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(cross_attention=self.cross_attention)
        return config
