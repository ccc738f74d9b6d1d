"""The vision layers, for the contract."""

import keras

from kerasdl.layers import (
    BatchNormalization,
    BottleneckBlock,
    ClassToken,
    InceptionBlock,
    MBConvBlock,
    PatchEmbedding,
    ResidualBlock,
    SpatialPyramidPooling,
    SqueezeExcitation,
)
from kerasdl.testing import LayerCase

L2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}}

RESIDUAL = {
    "kernel_size": 2,
    "strides": 2,
    "activation": "silu",
    "drop_path_rate": 0.4,
    "normalization": keras.layers.BatchNormalization(momentum=0.8, epsilon=1e-3),
    "kernel_initializer": "glorot_uniform",
    "kernel_regularizer": L2,
    "seed": 7,
}

IMAGES = {"inputs": (6, 7, 5, 4), "variable_axes": (0, 1, 2)}

CASES = [
    # With masks, which images have not: `test_batch_normalization.py`, and the blocks below, are
    # about the one operation.
    LayerCase(
        BatchNormalization,
        {
            "axis": 2,
            "momentum": 0.7,
            "epsilon": 1e-2,
            "beta_initializer": "ones",
            "gamma_initializer": "random_normal",
        },
        inputs=(6, 7, 4),
        mask="pass",
    ),
    LayerCase(
        BatchNormalization,
        {"center": False, "scale": False},
        inputs=(6, 7, 4),
        mask="pass",
        id="plain",
    ),
    LayerCase(
        PatchEmbedding,
        {
            "patch_size": (2, 3),
            "embedding_dim": 5,
            "kernel_initializer": "he_normal",
            "bias_initializer": "ones",
        },
        inputs=(2, 6, 6, 3),
        variable_axes=(0, 1, 2),
        variable_step=6,
        id="pair",
    ),
    LayerCase(
        PatchEmbedding,
        {"patch_size": 2, "embedding_dim": 5, "use_bias": False},
        inputs=(2, 4, 6, 3),
        variable_axes=(0,),
    ),
    # The mask grows by the token, so it is not passed on as it was.
    LayerCase(
        ClassToken,
        {"initializer": "ones"},
        inputs=(2, 5, 4),
        mask="ignore",
    ),
    LayerCase(SpatialPyramidPooling, {"levels": (1, 3), "pooling": "average"}, **IMAGES),
    LayerCase(SpatialPyramidPooling, {"levels": (2, 4)}, **IMAGES, id="max"),
    LayerCase(
        SqueezeExcitation,
        {
            "ratio": 0.5,
            "activation": "silu",
            "gate_activation": "tanh",
            "kernel_initializer": "he_normal",
        },
        **IMAGES,
    ),
    LayerCase(ResidualBlock, {"filters": 6, "zero_init_residual": True, **RESIDUAL}, **IMAGES),
    LayerCase(
        ResidualBlock,
        {"filters": 4, "activation": "silu", "seed": 7},
        **IMAGES,
        random=False,
        id="identity",
    ),
    LayerCase(
        ResidualBlock,
        {"filters": 6, "preactivation": True, **RESIDUAL},
        **IMAGES,
        id="preactivation",
    ),
    LayerCase(
        BottleneckBlock,
        {"filters": 2, "expansion": 3, "zero_init_residual": True, **RESIDUAL},
        **IMAGES,
    ),
    LayerCase(
        BottleneckBlock,
        {"filters": 2, "expansion": 2, "preactivation": True, "activation": "silu", "seed": 7},
        **IMAGES,
        random=False,
        id="preactivation",
    ),
    LayerCase(
        InceptionBlock,
        {
            "filters_1x1": 2,
            "reduce_3x3": 3,
            "filters_3x3": 4,
            "reduce_5x5": 2,
            "filters_5x5": 3,
            "filters_pool": 1,
            "activation": "silu",
            "normalization": "batch_norm",
            "kernel_initializer": "he_normal",
        },
        **IMAGES,
    ),
    LayerCase(
        MBConvBlock,
        {
            "filters": 4,
            "kernel_size": 5,
            "expand_ratio": 2,
            "se_ratio": 0.5,
            "activation": "tanh",
            "drop_path_rate": 0.4,
            "normalization": keras.layers.GroupNormalization(groups=2),
            "kernel_initializer": "glorot_uniform",
            "seed": 7,
        },
        **IMAGES,
    ),
    LayerCase(
        MBConvBlock, {"filters": 6, "strides": 2, "seed": 7}, **IMAGES, random=False, id="strides"
    ),
]
