"""Layers that tell a model where in a sequence something stands."""

from kerasdl.layers.positions.alibi import ALiBi as ALiBi
from kerasdl.layers.positions.learned_positional_embedding import (
    LearnedPositionalEmbedding as LearnedPositionalEmbedding,
)
from kerasdl.layers.positions.rotary_positional_embedding import (
    RotaryPositionalEmbedding as RotaryPositionalEmbedding,
)
from kerasdl.layers.positions.sinusoidal_positional_encoding import (
    SinusoidalPositionalEncoding as SinusoidalPositionalEncoding,
)

__all__ = [
    "ALiBi",
    "LearnedPositionalEmbedding",
    "RotaryPositionalEmbedding",
    "SinusoidalPositionalEncoding",
]
