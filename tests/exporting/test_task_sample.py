"""Metrics on samples of the test set."""

import numpy as np
import pytest

from kerasdl.exporting import task_sample


def test_examples_are_taken_from_all_of_the_split():
    rows = np.arange(101, dtype=np.float32)[:, None]
    sample = task_sample("numeric_classifier", (rows, rows[:, 0]), count=5)
    assert sample.inputs["features"][:, 0].tolist() == [0, 25, 50, 75, 100]


def test_no_more_than_there_are():
    sample = task_sample("image_classifier", (np.zeros((2, 4, 4, 1), np.uint8), [0, 1]), count=9)
    assert len(sample.inputs["image"]) == 2


@pytest.mark.parametrize("name", ["probabilities", "output"])
def test_accuracy(name):
    sample = task_sample("image_classifier", (np.zeros((4, 2, 2, 1), np.uint8), [0, 1, 1, 0]))
    scores = np.eye(2)[[0, 1, 0, 1]]
    assert sample.score({name: scores, "label": np.array(["x"])}) == {"accuracy": 0.5}


def test_nats_of_the_next_token():
    tokens, targets = np.zeros((2, 3), np.int32), np.array([[0, 0, 1], [0, 0, 0]])
    sample = task_sample("language_model", (tokens, targets))
    logits = np.log(np.array([[1.0, 3.0], [1.0, 3.0]]))
    expected = -(np.log(3 / 4) + np.log(1 / 4)) / 2
    assert sample.score({"logits": logits})["nats_per_token"] == pytest.approx(expected)
    of_each = np.stack([logits * 0, logits * 0, logits], axis=1)
    assert sample.score({"output": of_each})["nats_per_token"] == pytest.approx(expected)


def test_squared_error_of_bytes_and_floats():
    images = np.full((2, 1, 1, 1), 255, np.uint8)
    found = np.full((2, 1, 1, 1), 0.5, np.float32)
    for targets in (images, images / np.float32(255)):
        sample = task_sample("image_autoencoder", (images, targets))
        assert sample.score({"reconstruction": found}) == {"squared_error": 0.25}
        assert sample.score({"logits": found * 0}) == {"squared_error": 0.25}
    rows = np.zeros((2, 3), np.float32)
    sample = task_sample("numeric_autoencoder", (rows, rows))
    assert sample.score({"output": rows + 2}) == {"squared_error": 4.0}


def test_squared_errors_of_several_numbers():
    sequences, sums = np.zeros((2, 5, 2), np.float32), np.array([[1.0], [3.0]])
    sample = task_sample("sequence_regressor", (sequences, {"a": sums, "b": sums[:, 0]}))
    assert sample.inputs["sequence"].shape == (2, 5, 2)
    found = sample.score({"a": np.array([1.0, 1.0]), "b": np.array([[1.0], [3.0]])})
    assert found == {"a_squared_error": 2.0, "b_squared_error": 0.0}


def test_tokens_of_a_translation():
    source, labels = np.ones((2, 3), np.int32), np.array([[5, 2, 0], [6, 7, 2]])
    arrays = {"source": source, "target": labels}, labels, labels != 0
    sample = task_sample("translator", arrays)
    assert set(sample.inputs) == {"source"}
    tokens = np.array([[5, 2, 9], [6, 9, 2]])
    assert sample.score({"tokens": tokens})["token_accuracy"] == pytest.approx(4 / 5)


def test_other_kinds_have_no_metric():
    assert task_sample("keras_model", (np.zeros(1), np.zeros(1))) is None
