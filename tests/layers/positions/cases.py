"""The cases in which the layers of `kerasdl.layers.positions` must keep the contract."""

from kerasdl.layers import (
    ALiBi,
    LearnedPositionalEmbedding,
    RotaryPositionalEmbedding,
    SinusoidalPositionalEncoding,
)
from kerasdl.testing import LayerCase

CASES = [
    LayerCase(
        SinusoidalPositionalEncoding, {"max_wavelength": 50.0}, inputs=(2, 6, 5), mask="pass"
    ),
    LayerCase(
        LearnedPositionalEmbedding,
        {"max_length": 9, "initializer": "uniform"},
        inputs=(2, 6, 5),
        mask="pass",
    ),
    LayerCase(RotaryPositionalEmbedding, {"base": 50.0}, inputs=(2, 6, 4), mask="pass"),
    LayerCase(ALiBi, {"num_heads": 3}, inputs=(2, 6, 4), mask="stop", no_gradient=("query",)),
]
