"""Layers of image models; images are `[batch, height, width, channels]`."""

from kerasdl.layers.vision.bottleneck_block import BottleneckBlock as BottleneckBlock
from kerasdl.layers.vision.class_token import ClassToken as ClassToken
from kerasdl.layers.vision.inception_block import InceptionBlock as InceptionBlock
from kerasdl.layers.vision.mb_conv_block import MBConvBlock as MBConvBlock
from kerasdl.layers.vision.patch_embedding import PatchEmbedding as PatchEmbedding
from kerasdl.layers.vision.residual_block import ResidualBlock as ResidualBlock
from kerasdl.layers.vision.spatial_pyramid_pooling import (
    SpatialPyramidPooling as SpatialPyramidPooling,
)
from kerasdl.layers.vision.squeeze_excitation import SqueezeExcitation as SqueezeExcitation

__all__ = [
    "BottleneckBlock",
    "ClassToken",
    "InceptionBlock",
    "MBConvBlock",
    "PatchEmbedding",
    "ResidualBlock",
    "SpatialPyramidPooling",
    "SqueezeExcitation",
]
