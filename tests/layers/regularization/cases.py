"""The regularising layers, for the contract."""

from kerasdl.layers import DropPath
from kerasdl.testing import LayerCase

CASES = [LayerCase(DropPath, {"rate": 0.4, "seed": 7}, inputs=(8, 5, 3), mask="pass")]
