"""Base classes say what a subclass has to write."""

import numpy as np
import pytest

from kerasdl.layers.attention.base_multi_head_attention import BaseMultiHeadAttention
from kerasdl.layers.recurrent.recurrent_cell import RecurrentCell
from kerasdl.layers.recurrent.recurrent_layer import RecurrentLayer


@pytest.mark.parametrize(
    ("base", "method", "arguments"),
    [
        (BaseMultiHeadAttention, "attend", (None, None, None, None, None)),
        (RecurrentCell, "step", (None, ())),
        (RecurrentLayer, "run_cell", (np.zeros((2, 3, 4)),)),
    ],
)
def test_what_is_left_to_subclasses(base, method, arguments):
    class Mine(base):
        def __init__(self):
            """Without what the bases ask for."""

    with pytest.raises(NotImplementedError, match=f"Mine must implement `{method}`"):
        getattr(base, method)(object.__new__(Mine), *arguments)
