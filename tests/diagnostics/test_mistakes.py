import re

import numpy as np
import pytest

from kerasdl.diagnostics import most_wrong


def random_predictions(examples=200, classes=4, seed=3):
    generator = np.random.default_rng(seed)
    probabilities = generator.dirichlet(np.ones(classes), examples)
    return probabilities, generator.integers(0, classes, examples)


def test_equals_sorting_all_mistakes_in_python():
    probabilities, labels = random_predictions()
    mistakes = [
        (-max(row), index)
        for index, row in enumerate(probabilities.tolist())
        if row.index(max(row)) != labels[index]
    ]
    expected = [index for _, index in sorted(mistakes)][:10]

    wrong = most_wrong(probabilities, labels, count=10)

    assert wrong.indices.tolist() == expected
    assert wrong.labels.tolist() == labels[expected].tolist()
    assert wrong.predictions.tolist() == probabilities[expected].argmax(axis=1).tolist()
    np.testing.assert_array_equal(wrong.probabilities, probabilities[expected].max(axis=1))
    assert len(wrong) == 10


def test_types():
    wrong = most_wrong(np.float32([[0.3, 0.7]]), np.uint8([0]), count=1)

    assert [wrong.indices.dtype, wrong.labels.dtype, wrong.predictions.dtype] == [np.int64] * 3
    assert wrong.probabilities.dtype == np.float64


def test_fewer_mistakes_than_asked_for():
    assert most_wrong([[0.9, 0.1], [0.2, 0.8]], [0, 0], count=10).indices.tolist() == [1]


@pytest.mark.parametrize("probabilities", [np.eye(3), np.zeros((0, 3))])
def test_no_mistake_gives_empty_arrays(probabilities):
    wrong = most_wrong(probabilities, np.arange(len(probabilities)), count=4)

    assert len(wrong) == 0
    assert wrong.probabilities.shape == (0,)


def test_equal_probabilities_keep_the_order_of_the_data():
    wrong = most_wrong([[0.0, 1.0]] * 50, [0] * 50, count=50)

    assert wrong.indices.tolist() == list(range(50))


def test_a_rounding_error_above_one_is_accepted():
    assert most_wrong([[0.0, 1.0009]], [0], count=1).probabilities.tolist() == [1.0009]


@pytest.mark.parametrize(
    ("probabilities", "labels", "count", "message"),
    [
        ([[0.5, 0.5]], [0], 0, "count must be at least 1, received 0"),
        ([[0.5, 0.5]], [0], 1.5, "count must be an integer, received 1.5"),
        ([0.5, 0.5], [0, 1], 1, "must have shape [examples, num_classes], received (2,)"),
        (np.zeros((1, 0)), [0], 1, "must have shape [examples, num_classes], received (1, 0)"),
        ([[0.5, 0.5]], [0, 1], 1, "received 1 rows of probabilities and 2 labels"),
        ([[0.5, 0.5]], [2], 1, "labels must lie between 0 and 1 (num_classes=2)"),
        ([[-3.0, 7.0]], [0], 1, "received values from -3.0 to 7.0; apply a softmax"),
        ([[0.1, 7.0]], [0], 1, "received values from 0.1 to 7.0; apply a softmax"),
        ([[np.nan, 0.5]], [0], 1, "probabilities must lie between 0 and 1, received values from"),
    ],
)
def test_what_is_no_prediction_is_refused(probabilities, labels, count, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        most_wrong(probabilities, labels, count)
