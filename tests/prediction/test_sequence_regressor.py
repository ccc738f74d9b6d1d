"""What is told of sequences from tables."""

import json

import pytest

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import SequenceRegressorPredictor, predictor_for


def predictor():
    """A model that adds up what is marked, and counts the steps."""

    def ask(signature, inputs):
        sequence = inputs["sequence"]
        return {
            "sum": sequence.prod(axis=2).sum(axis=1),
            "marks": sequence[..., 1].sum(axis=1),
        }

    shapes = {"serving_default": {"sequence": (None, None, 2)}}
    details = {"features": ["value", "marker"]}
    model = ServedModel("sequence_regressor", ask, shapes, details=details)
    return predictor_for(model)


def test_a_file_is_a_sequence_of_any_length(tmp_path):
    (tmp_path / "one.csv").write_text("value,marker\n0.5,1\n0.25,0\n0.125,1\n")
    (tmp_path / "other.tsv").write_text("marker\tnote\tvalue\n1\tx\t0.5\n")
    assert isinstance(predictor(), SequenceRegressorPredictor)
    rows = predictor().rows([str(tmp_path / "one.csv"), str(tmp_path / "other.tsv")])
    assert [row["steps"] for row in rows] == [3, 1]
    assert [row["outputs"] for row in rows] == [
        {"marks": 2.0, "sum": 0.625},
        {"marks": 1.0, "sum": 0.5},
    ]
    assert json.loads(json.dumps(rows)) == rows
    assert predictor().text(rows).splitlines() == [
        "one.csv    marks 2.0000  sum 0.6250",
        "other.tsv  marks 1.0000  sum 0.5000",
    ]


def test_what_is_no_sequence_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"'0\.5,1' is no file; expected .* columns value, marker"):
        predictor().rows(["0.5,1"])
    table = tmp_path / "table.csv"
    for text, message in (
        ("value,mark\n1,2\n", "no column 'marker'"),
        ("value,marker\n1,nan\n", "line 2: column 'marker' holds 'nan'; expected a finite number"),
        ("value,marker\n", "holds no rows"),
    ):
        table.write_text(text)
        with pytest.raises(InputError, match=message):
            predictor().rows([str(table)])
    with pytest.raises(InputError, match="--prompt means nothing to a model of kind 'sequence_reg"):
        predictor().rows([str(table)], prompt="x")
