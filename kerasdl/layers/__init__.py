"""Keras layers, each a thin layer over a function in `kerasdl.ops`."""

from kerasdl.layers.attention import MultiHeadAttention as MultiHeadAttention
from kerasdl.layers.generative import GaussianSampling as GaussianSampling
from kerasdl.layers.positions import ALiBi as ALiBi
from kerasdl.layers.positions import LearnedPositionalEmbedding as LearnedPositionalEmbedding
from kerasdl.layers.positions import RotaryPositionalEmbedding as RotaryPositionalEmbedding
from kerasdl.layers.positions import SinusoidalPositionalEncoding as SinusoidalPositionalEncoding
from kerasdl.layers.regularization import DropPath as DropPath
from kerasdl.layers.vision import BottleneckBlock as BottleneckBlock
from kerasdl.layers.vision import ClassToken as ClassToken
from kerasdl.layers.vision import InceptionBlock as InceptionBlock
from kerasdl.layers.vision import MBConvBlock as MBConvBlock
from kerasdl.layers.vision import PatchEmbedding as PatchEmbedding
from kerasdl.layers.vision import ResidualBlock as ResidualBlock
from kerasdl.layers.vision import SpatialPyramidPooling as SpatialPyramidPooling
from kerasdl.layers.vision import SqueezeExcitation as SqueezeExcitation

__all__ = [
    "ALiBi",
    "BottleneckBlock",
    "ClassToken",
    "DropPath",
    "GaussianSampling",
    "InceptionBlock",
    "LearnedPositionalEmbedding",
    "MBConvBlock",
    "MultiHeadAttention",
    "PatchEmbedding",
    "ResidualBlock",
    "RotaryPositionalEmbedding",
    "SinusoidalPositionalEncoding",
    "SpatialPyramidPooling",
    "SqueezeExcitation",
]
