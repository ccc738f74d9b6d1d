"""What counts as the same answer."""

import numpy as np
import pytest

from kerasdl.exporting import ExportError
from kerasdl.exporting.compare import comparison_cases, differences, scale


def test_the_largest_difference_of_each_output():
    expected = {"a": np.array([1.0, 2.0]), "b": np.zeros((0, 2)), "c": np.array([b"x"])}
    found = {"a": np.array([1.5, 1.75]), "b": np.zeros((0, 2)), "c": np.array([b"x"])}
    answer = differences(found, expected, "batch of 1", 0.5, "encode.")
    assert answer == {"encode.a": 0.5, "encode.b": 0.0, "encode.c": 0.0}


@pytest.mark.parametrize(
    ("found", "expected", "match"),
    [
        ([1.0], [1.2], r"'y' differs from Keras by 0\.2 in a batch of 3, more than the .* of 0\.1"),
        ([np.nan], [1.0], "'y' differs from Keras by nan"),
        ([7], [9], r"'y' differs from Keras by 2 in a batch of 3, more than the tolerance of 0$"),
        ([b"a"], [b"b"], "'y' differs from Keras by inf"),
        ([1.0], [[1.0]], r"'y' has shape \(1,\) for a batch of 3, expected \(1, 1\)"),
    ],
)
def test_what_is_another_answer(found, expected, match):
    with pytest.raises(ExportError, match=match):
        differences({"y": np.array(found)}, {"y": np.array(expected)}, "batch of 3", 0.1)


def test_a_missing_output():
    with pytest.raises(ExportError, match="'y' has shape None for a batch of 1"):
        differences({}, {"y": np.zeros(1)}, "batch of 1", 1.0)


def test_with_no_limit_whole_numbers_may_differ_too():
    answer = differences({"y": np.array([7])}, {"y": np.array([9])}, "batch of 1", float("inf"))
    assert answer == {"y": 2.0}


def test_the_scale_is_that_of_floats():
    assert scale({"a": np.array([-20.0, 1.0]), "b": np.array([500])}) == 20
    assert scale({"a": np.array([0.5])}) == 1


def test_sequences_are_compared_at_two_lengths():
    import tensorflow as tf

    sample = {"x": np.zeros((3, 8, 2)), "y": np.zeros((3, 4))}
    inputs = {"x": tf.TensorSpec([None, None, 2]), "y": tf.TensorSpec([None, 4])}
    cases = comparison_cases(sample, inputs)
    shapes = {case: (given["x"].shape, given["y"].shape) for case, given in cases.items()}
    assert shapes == {
        "batch of 1": ((1, 8, 2), (1, 4)),
        "batch of 3": ((3, 8, 2), (3, 4)),
        "batch of 1, length 4": ((1, 4, 2), (1, 4)),
    }
