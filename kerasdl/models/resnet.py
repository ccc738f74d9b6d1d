"""Residual networks for images."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras

from kerasdl.arguments import check_choice
from kerasdl.layers.normalization import Normalization
from kerasdl.layers.vision.bottleneck_block import BottleneckBlock
from kerasdl.layers.vision.residual_block import ResidualBlock
from kerasdl.models.images import check_classifier, image_input, logits
from kerasdl.models.layer_seeds import layer_seed


@dataclass(frozen=True)
class ResNetSize:
    """A row of the paper's tables.

    Args:
        block: what is stacked.
        filters: channels of the first stage; each further stage has twice as many.
        blocks: number of blocks in each stage.
        large_stem: whether photographs are first reduced to a quarter of their size.
    """

    block: type[ResidualBlock]
    filters: int
    blocks: tuple[int, ...]
    large_stem: bool


# He et al. (2015), section 4.2 (CIFAR) and table 1 (ImageNet).
RESNETS = {
    "resnet20": ResNetSize(ResidualBlock, 16, (3, 3, 3), large_stem=False),
    "resnet32": ResNetSize(ResidualBlock, 16, (5, 5, 5), large_stem=False),
    "resnet56": ResNetSize(ResidualBlock, 16, (9, 9, 9), large_stem=False),
    "resnet18": ResNetSize(ResidualBlock, 64, (2, 2, 2, 2), large_stem=True),
    "resnet50": ResNetSize(BottleneckBlock, 64, (3, 4, 6, 3), large_stem=True),
}

# Smaller images would be gone before the last stage.
_LARGE_STEM_FROM = 64


def resnet(
    image_shape: Sequence[int],
    num_classes: int,
    size: str = "resnet20",
    zero_init_residual: bool = True,
    drop_path_rate: float = 0.0,
    normalization: Any = "batch_norm",
    seed: int | None = None,
    name: str | None = None,
) -> keras.Model:
    """A residual network that classifies images, preprocessing included.

    From He et al. (2015), https://arxiv.org/abs/1512.03385, with 1 x 1 convolutions where a
    shortcut changes its shape. The sizes of the paper's table 1 begin with a 7 x 7
    convolution and pooling, which divide height and width by four; images of fewer than 64
    pixels begin with a 3 x 3 convolution instead, as the CIFAR sizes do.

    Args:
        image_shape: Height, width and channels of an image.
        num_classes: Number of classes, at least 2.
        size: `"resnet20"`, `"resnet32"`, `"resnet56"` (for small images), `"resnet18"`,
            `"resnet50"`.
        zero_init_residual: Whether each block begins as the identity (Goyal et al. 2017).
        drop_path_rate: Probability of dropping the last block's branch while training;
            earlier ones are dropped less (Huang et al. 2016).
        normalization: As in `ResidualBlock`.
        seed: Integer that makes dropping reproducible. The initial weights follow
            `keras.utils.set_random_seed`.
        name: Name of the model; by default `size`.

    Returns:
        Model from uint8 images of shape `(batch_size, *image_shape)`, values 0 to 255,
        to float32 logits of shape `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = resnet(image_shape=(32, 32, 3), num_classes=10)
    >>> model.output_shape, f"{model.count_params():,}"
    ((None, 10), '274,042')
    """
    check_choice(RESNETS, size=size)
    check_classifier(image_shape, num_classes)
    row = RESNETS[size]
    large_stem = row.large_stem and min(image_shape[:2]) >= _LARGE_STEM_FROM

    inputs, x = image_input(image_shape, lowest=-1.0)
    x = keras.layers.Conv2D(
        row.filters,
        7 if large_stem else 3,
        strides=2 if large_stem else 1,
        padding="same",
        data_format="channels_last",
        use_bias=False,
        kernel_initializer="he_normal",
        name="stem",
    )(x)
    policy = keras.config.dtype_policy()
    x = Normalization(normalization).make("stem_normalization", dtype=policy)(x)
    x = keras.layers.ReLU(name="stem_relu")(x)
    if large_stem:
        x = keras.layers.MaxPooling2D(
            3, strides=2, padding="same", data_format="channels_last", name="stem_pooling"
        )(x)
    last = sum(row.blocks) - 1
    number = 0
    for stage, count in enumerate(row.blocks):
        for index in range(count):
            x = row.block(
                filters=row.filters * 2**stage,
                strides=2 if stage > 0 and index == 0 else 1,
                zero_init_residual=zero_init_residual,
                drop_path_rate=drop_path_rate * number / last,
                normalization=normalization,
                seed=layer_seed(seed, number),
                name=f"stage_{stage + 1}_block_{index + 1}",
            )(x)
            number += 1
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last", name="pooling")(x)
    return keras.Model(inputs, logits(x, num_classes), name=name or size)
