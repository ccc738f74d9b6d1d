import re

import numpy as np
import pytest
import sklearn.metrics

from kerasdl.diagnostics import confusion_matrix, per_class_accuracy


@pytest.fixture
def labels_and_predictions():
    generator = np.random.default_rng(7)
    return generator.integers(0, 5, 400), generator.integers(0, 5, 400)


def test_counts_equal_a_loop(labels_and_predictions):
    labels, predictions = labels_and_predictions
    expected = np.zeros((6, 6), dtype=np.int64)  # class 5 never occurs
    for label, prediction in zip(labels, predictions, strict=True):
        expected[label, prediction] += 1

    matrix = confusion_matrix(labels, predictions, num_classes=6)

    np.testing.assert_array_equal(matrix, expected)
    assert matrix.dtype == np.int64


def test_counts_equal_scikit_learn(labels_and_predictions):
    labels, predictions = labels_and_predictions

    np.testing.assert_array_equal(
        confusion_matrix(labels, predictions, num_classes=5),
        sklearn.metrics.confusion_matrix(labels, predictions),
    )


def test_rows_are_true_and_columns_predicted():
    matrix = confusion_matrix(labels=[0, 0], predictions=[1, 1], num_classes=2)

    assert matrix.tolist() == [[0, 2], [0, 0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_small_and_unsigned_integers_do_not_overflow(dtype):
    top = np.full(3, 199, dtype=dtype)

    matrix = confusion_matrix(top, top, num_classes=200)

    assert matrix[199, 199] == 3
    assert matrix.sum() == 3


def test_no_examples_give_zeros():
    assert confusion_matrix([], [], num_classes=3).tolist() == [[0] * 3] * 3


def test_a_single_class():
    assert confusion_matrix([0, 0], [0, 0], num_classes=1).tolist() == [[2]]


@pytest.mark.parametrize(
    ("labels", "predictions", "num_classes", "message"),
    [
        ([0], [0], 0, "num_classes must be at least 1, received 0"),
        ([0], [0], 2.5, "num_classes must be an integer, received 2.5"),
        ([0, 1], [0], 2, "received 2 labels and 1 predictions"),
        ([[1, 0]], [0], 2, "labels must be class indices of shape [examples], received shape"),
        ([0], [[0.2, 0.8]], 2, "predictions must be class indices of shape [examples]"),
        ([0.0], [0], 2, "labels must be integers (class indices), received float64"),
        ([0, 3], [0, 1], 3, "labels must lie between 0 and 2 (num_classes=3), received values"),
        ([0, 1], [-1, 1], 3, "received values from -1 to 1"),
    ],
)
def test_what_cannot_be_counted_is_refused(labels, predictions, num_classes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        confusion_matrix(labels, predictions, num_classes)


def test_per_class_accuracy_equals_recall(labels_and_predictions):
    labels, predictions = labels_and_predictions

    accuracy = per_class_accuracy(confusion_matrix(labels, predictions, num_classes=5))

    expected = sklearn.metrics.recall_score(labels, predictions, average=None)
    np.testing.assert_allclose(accuracy, expected, rtol=1e-12)
    assert accuracy.dtype == np.float64


def test_per_class_accuracy_of_an_absent_class_is_nan():
    np.testing.assert_array_equal(per_class_accuracy([[3, 1], [0, 0]]), [0.75, np.nan])


@pytest.mark.parametrize("shape", [(2, 3), (4,)])
def test_per_class_accuracy_wants_a_square(shape):
    with pytest.raises(ValueError, match=re.escape(f"received shape {shape}")):
        per_class_accuracy(np.zeros(shape, dtype=int))
