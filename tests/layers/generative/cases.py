"""The generative layers, for the contract."""

from kerasdl.layers import GaussianSampling
from kerasdl.testing import LayerCase, MaskSpec

CASES = [
    LayerCase(
        GaussianSampling,
        {"beta": 0.5, "seed": 7},
        inputs=[(4, 5, 3), (4, 5, 3)],
        mask=MaskSpec("pass", {"mean": "mean_mask"}),
        defaults_ok={"sample_at_inference": "inference is then random, which is its purpose"},
    ),
]
