"""The cases in which the layers of `kerasdl.layers.positions` must keep the contract."""

from typing import Any

from kerasdl.layers import (
    ALiBi,
    LearnedPositionalEmbedding,
    RotaryPositionalEmbedding,
    SinusoidalPositionalEncoding,
)
from kerasdl.testing import LayerCase


def alibi(**arguments: Any) -> ALiBi:
    """`ALiBi` takes masked sequences, and gives what has no axis that a mask could be about.

    The contract knows no such layers; `test_alibi.py` does.
    """
    layer = ALiBi(**arguments)
    layer.supports_masking = False
    return layer


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
    LayerCase(alibi, {"num_heads": 3}, inputs=(2, 6, 4), no_gradient=("query",)),
]
