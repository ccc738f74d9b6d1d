"""Examples of classify and regress requests, and their results."""

import json

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.serving.examples import read_examples, write_classifications, write_regressions
from kerasdl.serving.serving_error import ServingError


def features(serialized):
    example = tf.train.Example.FromString(serialized)
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in example.features.feature.items()
    }


def test_features_of_every_kind():
    name, (one, two) = read_examples(
        {
            "signature_name": "s",
            "context": {"day": 3},
            "examples": [
                {"f": [1.5, float("inf")], "word": "ä", "bytes": {"b64": "AAE="}},
                {"flags": [True, False], "n": [-1, 2**63 - 1], "empty": []},
            ],
        },
        "classify",
    )
    assert name == "s"
    assert features(one) == {
        "day": [3],
        "f": [1.5, np.inf],
        "word": ["ä".encode()],
        "bytes": [b"\0\1"],
    }
    found = tf.train.Example.FromString(two).features.feature
    assert list(found["flags"].int64_list.value) == [1, 0]
    assert list(found["n"].int64_list.value) == [-1, 2**63 - 1]
    assert found["empty"].WhichOneof("kind") is None


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "When method is regress, key 'examples' is expected and was not found"),
        ({"examples": []}, "JSON Value: {.*} 'examples' value is an empty array"),
        ({"examples": {}}, "JSON Value: {.*} Expecting 'examples' value to be an list/array"),
        ({"examples": [1]}, "Example must be JSON object but got JSON Number"),
        ({"examples": [{"a": [1, "x"]}]}, "element type in feature: a expecting type: int64"),
        ({"examples": [{"a": [1.0, 1]}]}, "element type in feature: a expecting type: float"),
        ({"examples": [{"a": None}]}, "a has element with unexpected JSON type: Null"),
        ({"examples": [{"a": [2**63]}]}, "Only int64_t is supported"),
        ({"examples": [{"\ud800": 1.0}]}, "The surrogate pair in string is invalid"),
    ],
)
def test_examples_that_are_malformed(document, message):
    with pytest.raises(ServingError, match=message):
        read_examples(document, "regress")


def test_classifications():
    classes = np.array([[b"cat", b"dog"]], dtype=object)
    scores = np.array([[0.25, 0.75]], np.float32)
    assert json.loads(write_classifications({"classes": classes, "scores": scores})) == {
        "results": [[["cat", 0.25], ["dog", 0.75]]]
    }
    assert json.loads(write_classifications({"scores": scores})) == {
        "results": [[["", 0.25], ["", 0.75]]]
    }
    assert json.loads(write_classifications({"classes": classes})) == {
        "results": [[["cat", 0], ["dog", 0]]]
    }


def test_regressions():
    for outputs in (np.array([1.5, 2]), np.array([[1.5], [2]])):
        assert json.loads(write_regressions({"outputs": outputs})) == {"results": [1.5, 2.0]}


def test_no_results():
    with pytest.raises(ServingError, match="empty ClassificationResults"):
        write_classifications({"scores": np.zeros((0, 2))})
    with pytest.raises(ServingError, match="empty RegressionResults"):
        write_regressions({"outputs": np.zeros(0)})
