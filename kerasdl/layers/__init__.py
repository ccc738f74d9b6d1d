"""Keras layers, each a thin layer over a function in `kerasdl.ops`."""

from kerasdl.layers.attention import MultiHeadAttention as MultiHeadAttention
from kerasdl.layers.generative import GaussianSampling as GaussianSampling

__all__ = [
    "GaussianSampling",
    "MultiHeadAttention",
]
