"""What can be asked to classify and regress, and results of the wrong shape."""

import numpy as np
import pytest

from kerasdl.serving.example_results import check_signature, classifications, regressions
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

EXAMPLES = {"inputs": "DT_STRING"}


def check(method, inputs, outputs):
    infos = [{name: TensorInfo(d) for name, d in dtypes.items()} for dtypes in (inputs, outputs)]
    return check_signature("s", SignatureInfo(*infos), method)


@pytest.mark.parametrize(
    ("method", "outputs"),
    [
        ("classify", {"classes": "DT_STRING", "scores": "DT_FLOAT"}),
        ("classify", {"classes": "DT_STRING"}),
        ("classify", {"scores": "DT_FLOAT"}),
        ("regress", {"outputs": "DT_FLOAT"}),
    ],
)
def test_signatures_that_fit(method, outputs):
    assert check(method, EXAMPLES, outputs) is None


@pytest.mark.parametrize(
    ("method", "inputs", "outputs", "match"),
    [
        ("classify", EXAMPLES, {}, r"'scores' \(DT_FLOAT\); it has 'inputs' .* and none"),
        ("classify", EXAMPLES, {"classes": "DT_INT64"}, r"and 'classes' \(DT_INT64\)"),
        ("classify", EXAMPLES, {"scores": "DT_HALF"}, r"and 'scores' \(DT_HALF\)"),
        ("classify", EXAMPLES, {"scores": "DT_FLOAT", "more": "DT_FLOAT"}, "'more'"),
        ("classify", {"x": "DT_STRING"}, {"scores": "DT_FLOAT"}, "expected input 'inputs'"),
        ("regress", {"inputs": "DT_FLOAT"}, {"outputs": "DT_FLOAT"}, r"it has 'inputs' \(DT_FL"),
        ("regress", EXAMPLES, {"scores": "DT_FLOAT"}, r"outputs among 'outputs' \(DT_FLOAT\)"),
    ],
)
def test_signatures_that_do_not_fit(method, inputs, outputs, match):
    with pytest.raises(ServingError, match=f"Signature s cannot {method}: .*{match}"):
        check(method, inputs, outputs)


@pytest.mark.parametrize(
    "outputs",
    [
        {"scores": np.zeros(3)},
        {"scores": np.zeros((3, 2, 1))},
        {"scores": np.float32(0)},
        {"classes": np.zeros((1, 2), object), "scores": np.zeros((1, 3))},
    ],
)
def test_classes_and_scores_of_other_shapes(outputs):
    with pytest.raises(ServingError, match=r"one shape \[batch, classes\]; received"):
        classifications(outputs)


def test_labels_that_are_no_utf8_are_replaced():
    labels, scores = classifications({"classes": np.array([[b"\xff", b"a"]], dtype=object)})
    assert labels.tolist() == [["\ufffd", "a"]]
    assert scores.tolist() == [[0, 0]]


@pytest.mark.parametrize("outputs", [np.zeros((2, 3)), np.zeros((2, 1, 1)), np.float32(0)])
def test_numbers_of_other_shapes(outputs):
    with pytest.raises(ServingError, match=r"\[batch\] or \[batch, 1\]; received \("):
        regressions({"outputs": outputs})
