"""The blocks, for the contract."""

import keras

from kerasdl.layers import (
    FeedForward,
    MixerBlock,
    RotaryPositionalEmbedding,
    TransformerDecoderBlock,
    TransformerEncoderBlock,
)
from kerasdl.testing import LayerCase, MaskSpec

TRANSFORMER = {
    "num_heads": 4,
    "hidden_dim": 6,
    "num_key_value_heads": 2,
    "activation": "swiglu",
    "normalization": keras.layers.RMSNormalization(epsilon=1e-3),
    "dropout": 0.3,
    "drop_path_rate": 0.3,
    "rotary": RotaryPositionalEmbedding(base=50.0),
    "use_bias": False,
    "seed": 7,
}
POST_NORM = {"num_heads": 2, "hidden_dim": 6, "norm_first": False, "seed": 7}
IGNORE = MaskSpec("ignore", empty="zeros")
KEY_BIAS = ("attention/key/bias",)

CASES = [
    LayerCase(
        FeedForward,
        {
            "hidden_dim": 6,
            "activation": "geglu",
            "dropout": 0.4,
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
            "seed": 7,
        },
        inputs=(2, 5, 4),
        mask="pass",
    ),
    LayerCase(
        FeedForward,
        {"hidden_dim": 6, "use_bias": False, "seed": 7},
        inputs=(2, 5, 4),
        mask="pass",
        random=False,
        id="plain",
    ),
    LayerCase(TransformerEncoderBlock, TRANSFORMER, inputs=(3, 5, 8), mask=IGNORE),
    LayerCase(
        TransformerEncoderBlock,
        POST_NORM,
        inputs=(3, 5, 8),
        mask=IGNORE,
        no_gradient=KEY_BIAS,
        random=False,
        id="post_norm",
    ),
    LayerCase(TransformerDecoderBlock, TRANSFORMER, inputs=(3, 5, 8), mask=IGNORE),
    LayerCase(
        TransformerDecoderBlock,
        POST_NORM,
        inputs=(3, 5, 8),
        mask=IGNORE,
        no_gradient=KEY_BIAS,
        random=False,
        id="post_norm",
    ),
    LayerCase(
        TransformerDecoderBlock,
        {"cross_attention": True, **TRANSFORMER},
        inputs={"inputs": (3, 5, 8), "memory": (3, 7, 6)},
        mask=MaskSpec("ignore", {"inputs": "inputs_mask"}, empty="zeros"),
        id="cross",
    ),
    LayerCase(
        TransformerDecoderBlock,
        {"cross_attention": True, **POST_NORM},
        inputs={"inputs": (3, 5, 8), "memory": (3, 7, 6)},
        mask=MaskSpec("ignore", {"memory": "memory_mask"}),
        no_gradient=KEY_BIAS,
        random=False,
        id="cross_memory",
    ),
    LayerCase(
        MixerBlock,
        {
            "token_dim": 3,
            "channel_dim": 6,
            "activation": "silu",
            "dropout": 0.3,
            "drop_path_rate": 0.3,
            "normalization": "rms_norm",
            "seed": 7,
        },
        inputs=(3, 5, 4),
        variable_axes=(0,),
        mask=IGNORE,
    ),
]
