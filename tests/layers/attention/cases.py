"""The cases in which the layers of `kerasdl.layers.attention` must keep the contract."""

from kerasdl.layers import (
    AdditiveAttention,
    LinearAttention,
    LinformerAttention,
    LocalAttention,
    MultiHeadAttention,
    PerformerAttention,
    RotaryPositionalEmbedding,
    ScaledDotProductAttention,
)
from kerasdl.testing import LayerCase, MaskSpec

# The bias of a key adds the same to all scores of a query, which the softmax does not see.
NO_KEY_BIAS = ("key/bias",)
SELF = MaskSpec("ignore", empty="zeros")
CROSS = {"query": (2, 5, 6), "value": (2, 7, 4)}
CROSS_MASK = MaskSpec("ignore", {"value": "value_mask"}, empty="zeros")
HEADS = {
    "num_heads": 4,
    "key_dim": 2,
    "value_dim": 3,
    "output_dim": 5,
    "num_key_value_heads": 2,
    "use_bias": False,
    "kernel_initializer": "he_normal",
}

CASES = [
    LayerCase(
        ScaledDotProductAttention,
        {"causal": True, "scale": 0.3, "dropout": 0.3, "block_size": 4, "seed": 3},
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        ScaledDotProductAttention,
        inputs=CROSS | {"query": (2, 5, 4)},
        mask=CROSS_MASK,
        random=False,
        id="cross",
    ),
    LayerCase(
        AdditiveAttention,
        {
            "units": 5,
            "use_bias": False,
            "dropout": 0.3,
            "kernel_initializer": "he_normal",
            "seed": 3,
        },
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        AdditiveAttention, {"units": 5}, inputs=CROSS, mask=CROSS_MASK, random=False, id="cross"
    ),
    LayerCase(
        MultiHeadAttention,
        {
            **HEADS,
            "causal": True,
            "rotary": RotaryPositionalEmbedding(base=50.0),
            "dropout": 0.3,
            "block_size": 4,
            "seed": 3,
        },
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        MultiHeadAttention,
        {"num_heads": 2},
        inputs=(2, 6, 4),
        mask=SELF,
        random=False,
        no_gradient=NO_KEY_BIAS,
        id="plain",
    ),
    LayerCase(
        MultiHeadAttention,
        {"num_heads": 2},
        inputs=CROSS,
        mask=CROSS_MASK,
        random=False,
        no_gradient=NO_KEY_BIAS,
        id="cross",
    ),
    LayerCase(
        LocalAttention,
        {
            **HEADS,
            "window": 3,
            "causal": True,
            "rotary": RotaryPositionalEmbedding(base=50.0),
            "dropout": 0.3,
            "seed": 3,
        },
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        LocalAttention,
        {"num_heads": 2, "window": 3},
        inputs=(2, 70, 4),
        mask=SELF,
        random=False,
        no_gradient=NO_KEY_BIAS,
        id="blocks",
    ),
    LayerCase(LinearAttention, {**HEADS, "causal": True}, inputs=(2, 6, 4), mask=SELF),
    LayerCase(LinearAttention, {"num_heads": 2}, inputs=CROSS, mask=CROSS_MASK, id="cross"),
    LayerCase(
        LinformerAttention,
        {**HEADS, "max_length": 12, "rank": 3, "dropout": 0.3, "seed": 3},
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        LinformerAttention,
        {"num_heads": 2, "max_length": 12, "rank": 3},
        inputs=CROSS,
        mask=CROSS_MASK,
        random=False,
        id="cross",
    ),
    LayerCase(
        PerformerAttention,
        {**HEADS, "num_features": 7, "causal": True, "seed": 3},
        inputs=(2, 6, 4),
        mask=SELF,
    ),
    LayerCase(
        PerformerAttention, {"num_heads": 2, "seed": 3}, inputs=CROSS, mask=CROSS_MASK, id="cross"
    ),
]
