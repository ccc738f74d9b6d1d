"""Keras layers, each a thin layer over a function in `kerasdl.ops`."""

from kerasdl.layers.attention import AdditiveAttention as AdditiveAttention
from kerasdl.layers.attention import LinearAttention as LinearAttention
from kerasdl.layers.attention import LinformerAttention as LinformerAttention
from kerasdl.layers.attention import LocalAttention as LocalAttention
from kerasdl.layers.attention import MultiHeadAttention as MultiHeadAttention
from kerasdl.layers.attention import PerformerAttention as PerformerAttention
from kerasdl.layers.attention import ScaledDotProductAttention as ScaledDotProductAttention
from kerasdl.layers.batch_normalization import BatchNormalization as BatchNormalization
from kerasdl.layers.blocks import FeedForward as FeedForward
from kerasdl.layers.blocks import MixerBlock as MixerBlock
from kerasdl.layers.blocks import TransformerDecoderBlock as TransformerDecoderBlock
from kerasdl.layers.blocks import TransformerEncoderBlock as TransformerEncoderBlock
from kerasdl.layers.generative import GaussianSampling as GaussianSampling
from kerasdl.layers.positions import ALiBi as ALiBi
from kerasdl.layers.positions import LearnedPositionalEmbedding as LearnedPositionalEmbedding
from kerasdl.layers.positions import RotaryPositionalEmbedding as RotaryPositionalEmbedding
from kerasdl.layers.positions import SinusoidalPositionalEncoding as SinusoidalPositionalEncoding
from kerasdl.layers.recurrent import GRU as GRU
from kerasdl.layers.recurrent import LSTM as LSTM
from kerasdl.layers.recurrent import GRUCell as GRUCell
from kerasdl.layers.recurrent import LSTMCell as LSTMCell
from kerasdl.layers.recurrent import SimpleRNN as SimpleRNN
from kerasdl.layers.recurrent import SimpleRNNCell as SimpleRNNCell
from kerasdl.layers.regularization import DropPath as DropPath
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout as InvertedDropout
from kerasdl.layers.vision import BottleneckBlock as BottleneckBlock
from kerasdl.layers.vision import ClassToken as ClassToken
from kerasdl.layers.vision import InceptionBlock as InceptionBlock
from kerasdl.layers.vision import MBConvBlock as MBConvBlock
from kerasdl.layers.vision import PatchEmbedding as PatchEmbedding
from kerasdl.layers.vision import ResidualBlock as ResidualBlock
from kerasdl.layers.vision import SpatialPyramidPooling as SpatialPyramidPooling
from kerasdl.layers.vision import SqueezeExcitation as SqueezeExcitation

__all__ = [
    "GRU",
    "LSTM",
    "ALiBi",
    "AdditiveAttention",
    "BatchNormalization",
    "BottleneckBlock",
    "ClassToken",
    "DropPath",
    "FeedForward",
    "GRUCell",
    "GaussianSampling",
    "InceptionBlock",
    "InvertedDropout",
    "LSTMCell",
    "LearnedPositionalEmbedding",
    "LinearAttention",
    "LinformerAttention",
    "LocalAttention",
    "MBConvBlock",
    "MixerBlock",
    "MultiHeadAttention",
    "PatchEmbedding",
    "PerformerAttention",
    "ResidualBlock",
    "RotaryPositionalEmbedding",
    "ScaledDotProductAttention",
    "SimpleRNN",
    "SimpleRNNCell",
    "SinusoidalPositionalEncoding",
    "SpatialPyramidPooling",
    "SqueezeExcitation",
    "TransformerDecoderBlock",
    "TransformerEncoderBlock",
]
