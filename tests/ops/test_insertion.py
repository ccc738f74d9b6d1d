"""Rows go where they belong."""

import numpy as np
import pytest
from keras import ops

from kerasdl.ops.insertion import insert


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("start", [0, 1, 2])
def test_it_is_slice_update(axis: int, start: int) -> None:
    random = np.random.default_rng(0)
    tensor = random.normal(size=(4, 5, 6)).astype("float32")
    shape = [4, 5, 6]
    shape[axis] = 2
    rows = random.normal(size=shape).astype("float32")
    starts = [0, 0, 0]
    starts[axis] = start
    expected = ops.slice_update(tensor, starts, rows)
    np.testing.assert_array_equal(insert(tensor, rows, start, axis), expected)


def test_what_lies_beyond_the_end_is_lost() -> None:
    inserted = insert(np.zeros(4, "int32"), np.array([1, 2, 3]), 2, axis=0)
    assert np.asarray(inserted).tolist() == [0, 0, 1, 2]
