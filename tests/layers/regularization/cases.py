"""The regularising layers, for the contract."""

from kerasdl.layers import DropPath, InvertedDropout
from kerasdl.testing import LayerCase

CASES = [
    LayerCase(DropPath, {"rate": 0.4, "seed": 7}, inputs=(8, 5, 3), mask="pass"),
    LayerCase(
        InvertedDropout,
        {"rate": 0.4, "noise_shape": (None, 1, None), "seed": 7},
        inputs=(2, 5, 3),
        mask="pass",
    ),
]
