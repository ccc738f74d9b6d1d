"""What a classifier of numbers is asked, and how its answers are told."""

import numpy as np
import pytest

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import NumericClassifierPredictor


@pytest.fixture
def predictor():
    """A model whose probability of "right" is x, whatever y."""

    def ask(signature, inputs):
        assert signature == "serving_default"
        right = inputs["features"][:, 0]
        probabilities = np.stack([1 - right, right], axis=1)
        return {"probabilities": probabilities, "class": probabilities.argmax(axis=1)}

    inputs = {"serving_default": {"features": (None, 2)}}
    model = ServedModel(
        "numeric_classifier", ask, inputs, ("left", "right"), {"features": ["x", "y"]}
    )
    return NumericClassifierPredictor(model)


def test_numbers_on_the_command_line(predictor):
    rows = predictor.rows(["0.25, 7", " -0.5,1e3"])
    assert [row["label"] for row in rows] == ["left", "left"]
    assert rows[0]["probabilities"] == {"left": 0.75, "right": 0.25}
    assert predictor.text(rows) == "0.25, 7   left  0.7500\n-0.5,1e3  left  1.5000"


def test_columns_of_a_file_are_found_by_name(predictor, tmp_path):
    (tmp_path / "points.tsv").write_text("note\ty\tx\na\t5\t0.75\nb\t6\t0\n")
    rows = predictor.rows([str(tmp_path / "points.tsv")])
    assert [(row["input"], row["label"]) for row in rows] == [
        ("points.tsv[0]", "right"),
        ("points.tsv[1]", "left"),
    ]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("points.csv", "'points.csv' is neither a file nor numbers; expected a CSV .* or x,y"),
        ("0.5", "'0.5' holds 1 numbers; expected 2: x,y"),
        ("1,2,3", "holds 3 numbers; expected 2: x,y"),
        ("1,b", "'y' holds 'b'; expected a number"),
        ("1,", "'y' holds nothing; expected a number"),
        ("inf,0", "'x' holds 'inf'; expected a finite number"),
    ],
)
def test_what_cannot_be_used_is_said(predictor, given, message):
    with pytest.raises(InputError, match=message):
        predictor.rows([given])


def test_a_file_without_the_columns(predictor, tmp_path):
    (tmp_path / "points.csv").write_text("x,z\n1,2\n")
    with pytest.raises(InputError, match=r"points\.csv has no column 'y'"):
        predictor.rows([str(tmp_path / "points.csv")])


def test_options_of_other_kinds_are_refused(predictor):
    with pytest.raises(InputError, match="--prompt means nothing"):
        predictor.rows([], prompt="a")
