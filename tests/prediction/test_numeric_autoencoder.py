"""Reconstructions of numbers from words and tables."""

import json

import numpy as np
import pytest

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import NumericAutoencoderPredictor


def predictor():
    """A model that halves."""

    def ask(signature, inputs):
        half = inputs["features"] / 2
        return {"reconstruction": half, "error": np.mean(half**2, axis=1)}

    shapes = {"serving_default": {"features": (None, 2)}}
    model = ServedModel("numeric_autoencoder", ask, shapes, details={"features": ["x", "y"]})
    return NumericAutoencoderPredictor(model)


def test_numbers_and_tables(tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("x,y\n2,4\n-1, 0.5\n")
    rows = predictor().rows(["2,4", str(table)])
    assert rows[0] == rows[1]
    assert rows[0]["reconstruction"] == {"x": 1.0, "y": 2.0}
    assert [row["error"] for row in rows] == [2.5, 2.5, 0.15625]
    assert json.loads(json.dumps(rows)) == rows
    assert predictor().text(rows[:1]) == "2.0000,4.0000 -> 1.0000,2.0000  error 2.500000"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("1,2,3", "holds 3 numbers; expected 2: x,y"),
        ("one,two", "'x' holds 'one'; expected a number"),
        ("nan,1", "'x' holds 'nan'; expected a finite number"),
        ("missing.csv", r"'missing\.csv' is neither a file nor numbers"),
    ],
)
def test_what_is_no_pair_of_numbers_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        predictor().rows([given])


def test_a_table_of_something_else_is_refused(tmp_path):
    (tmp_path / "points.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"points\.csv has no column 'x'.*names 'a', 'b'"):
        predictor().rows([str(tmp_path / "points.csv")])
