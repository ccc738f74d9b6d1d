import numpy as np

from kerasdl.diagnostics import linear_accuracy, majority_accuracy


def test_the_majority_is_that_of_the_training_examples():
    assert majority_accuracy([2, 2, 0], [2, 0, 0, 0]) == 0.25


def test_a_line_separates_what_a_line_can():
    rng = np.random.default_rng(0)
    # Of very different sizes, which is what standardising is for.
    rows = rng.normal(size=(400, 2)) * [1e4, 1e-4]
    straight = (rows[:, 0] / 1e4 + rows[:, 1] / 1e-4 > 0).astype(int)
    assert linear_accuracy((rows[:200], straight[:200]), (rows[200:], straight[200:])) > 0.97
    crossed = (rows[:, 0] * rows[:, 1] > 0).astype(int)
    assert linear_accuracy((rows[:200], crossed[:200]), (rows[200:], crossed[200:])) < 0.7
