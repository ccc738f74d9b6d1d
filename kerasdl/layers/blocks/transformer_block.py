"""What the transformer blocks have in common."""

from typing import Any

import keras

from kerasdl.arguments import check_positive_integers, check_rates
from kerasdl.layers.arguments import (
    adopt_rotary,
    check_head_groups,
    check_sequence_shape,
    serialize_rotary,
)
from kerasdl.layers.attention.multi_head_attention import MultiHeadAttention
from kerasdl.layers.blocks.feed_forward import FeedForward
from kerasdl.layers.blocks.gated_activation import get_activation, serialize_activation
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.regularization.drop_path import DropPath
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed


class TransformerBlock(keras.layers.Layer):
    """Residual branches with normalization; subclasses say which branches there are.

    A branch is used in two steps: `self.before(name, inputs)` is what the branch works on,
    `self.after(name, inputs, outputs, training)` adds what it gave.
    """

    def __init__(
        self,
        num_heads: int,
        hidden_dim: int,
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
        super().__init__(**kwargs)
        check_head_groups(num_heads, num_key_value_heads)
        check_positive_integers(hidden_dim=hidden_dim)
        check_rates(dropout=dropout, drop_path_rate=drop_path_rate)
        self.num_heads = num_heads
        self.hidden_dim = hidden_dim
        self.num_key_value_heads = num_key_value_heads
        self.activation = get_activation(activation)
        self.normalization = Normalization(normalization)
        self.norm_first = norm_first
        self.dropout = dropout
        self.drop_path_rate = drop_path_rate
        self.rotary = adopt_rotary(rotary, self.dtype_policy)
        self.use_bias = use_bias
        self.seed = seed
        self.supports_masking = True

    def build_branches(self, names: tuple[str, ...], shape: Any) -> None:
        """Creates normalization, dropout and drop path of each branch."""
        check_sequence_shape(shape)
        self.normalizations: dict[str, Any] = {}
        self.dropouts: dict[str, Any] = {}
        self.drop_paths: dict[str, Any] = {}
        for name in names:
            self.normalizations[name] = self.normalization.make(
                f"{name}_normalization", dtype=self.dtype_policy
            )
            self.dropouts[name] = InvertedDropout(
                self.dropout,
                seed=derive_seed(self.seed, f"{name}_dropout"),
                dtype=self.dtype_policy,
                name=f"{name}_dropout",
            )
            self.drop_paths[name] = DropPath(
                self.drop_path_rate,
                seed=derive_seed(self.seed, f"{name}_drop_path"),
                dtype=self.dtype_policy,
                name=f"{name}_drop_path",
            )
            for layer in (self.normalizations[name], self.dropouts[name], self.drop_paths[name]):
                layer.build(shape)

    def before(self, branch: str, inputs: Any) -> Any:
        """What a branch works on."""
        return self.normalizations[branch](inputs) if self.norm_first else inputs

    def after(self, branch: str, inputs: Any, outputs: Any, training: bool | None) -> Any:
        """The sum of a branch's inputs and outputs."""
        outputs = self.dropouts[branch](outputs, training=training)
        outputs = inputs + self.drop_paths[branch](outputs, training=training)
        return outputs if self.norm_first else self.normalizations[branch](outputs)

    def make_attention(
        self, name: str, width: int, causal: bool = False, rotary: Any = None
    ) -> MultiHeadAttention:
        """An attention layer with this block's arguments."""
        if width % self.num_heads:
            raise ValueError(
                f"Received inputs of width {width} for num_heads={self.num_heads}. Expected a "
                "width that is a multiple of `num_heads`: change one of them."
            )
        if rotary is not None:
            # Attention takes a copy; this one is kept for the config, and complete as well.
            rotary.build((None, self.num_heads, None, width // self.num_heads))
        return MultiHeadAttention(
            self.num_heads,
            num_key_value_heads=self.num_key_value_heads,
            causal=causal,
            rotary=rotary,
            dropout=self.dropout,
            use_bias=self.use_bias,
            seed=derive_seed(self.seed, name),
            dtype=self.dtype_policy,
            name=name,
        )

    def make_feed_forward(self, shape: Any) -> FeedForward:
        """A feed-forward layer with this block's arguments, built."""
        layer = FeedForward(
            self.hidden_dim,
            activation=self.activation,
            dropout=self.dropout,
            use_bias=self.use_bias,
            seed=derive_seed(self.seed, "feed_forward"),
            dtype=self.dtype_policy,
            name="feed_forward",
        )
        layer.build(shape)
        return layer

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs, unchanged."""
        return getattr(inputs, "_keras_mask", None) if mask is None else mask

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(
            num_heads=self.num_heads,
            hidden_dim=self.hidden_dim,
            num_key_value_heads=self.num_key_value_heads,
            activation=serialize_activation(self.activation),
            normalization=self.normalization.config,
            norm_first=self.norm_first,
            dropout=self.dropout,
            drop_path_rate=self.drop_path_rate,
            rotary=serialize_rotary(self.rotary),
            use_bias=self.use_bias,
            seed=self.seed,
        )
        return config
