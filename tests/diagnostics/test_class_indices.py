import re

import numpy as np
import pytest

from kerasdl.diagnostics.class_indices import class_indices


@pytest.mark.parametrize("values", [[0, 2, 1], np.uint8([0, 2, 1]), (0, 2, 1)])
def test_indices_become_int64(values):
    indices = class_indices(values, "labels", num_classes=3)

    assert indices.dtype == np.int64
    assert indices.tolist() == [0, 2, 1]


def test_nothing_stays_nothing():
    assert class_indices([], "labels", num_classes=3).dtype == np.int64


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[0, 1]], "answers must be class indices of shape [examples], received shape (1, 2)"),
        ([0.5], "answers must be integers (class indices), received float64"),
        ([True], "answers must be integers (class indices), received bool"),
        (["a"], "answers must be integers (class indices), received <U1"),
        ([0, 3], "answers must lie between 0 and 2 (num_classes=3), received values from 0 to 3"),
        ([-1, 2], "answers must lie between 0 and 2 (num_classes=3), received values from -1 to 2"),
    ],
)
def test_the_error_names_the_values(values, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        class_indices(values, "answers", num_classes=3)
