"""What a classifier of texts is asked, and how its answers are told."""

from pathlib import Path

import numpy as np
import pytest

from kerasdl.data import PieceTokenizer
from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import TextClassifierPredictor, predictor_for

TOKENIZER = PieceTokenizer(["\n", "a", "b"])


@pytest.fixture
def predictor() -> TextClassifierPredictor:
    """A model whose probability of "many" is a tenth of the number of tokens."""

    def ask(signature: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        assert signature == "serving_default"
        many = (inputs["tokens"] > 0).sum(axis=1) / 10
        probabilities = np.stack([1 - many, many], axis=1)
        return {"probabilities": probabilities, "class": probabilities.argmax(axis=1)}

    model = ServedModel(
        "text_classifier",
        ask,
        {"serving_default": {"tokens": (None, None)}},
        ("few", "many"),
        {"length": 8},
        {TOKENIZER.file: TOKENIZER.to_text()},
    )
    found = predictor_for(model)
    assert isinstance(found, TextClassifierPredictor)
    return found


def test_texts_and_files(predictor: TextClassifierPredictor, tmp_path: Path) -> None:
    (tmp_path / "many.py").write_text("a b a\nb a b\n")
    rows = predictor.rows(["a b", str(tmp_path / "many.py")])
    assert [(row["input"], row["label"], row["probability"]) for row in rows] == [
        ("a b", "few", 0.7),
        ("many.py", "many", 0.8),
    ]
    assert rows[0]["probabilities"] == {"few": 0.7, "many": 0.3}
    assert rows[0]["notes"] == []
    assert predictor.text(rows) == "a b      few   0.7000\nmany.py  many  0.8000"


def test_what_counts_little_is_noted(predictor: TextClassifierPredictor) -> None:
    long, strange = predictor.rows(["a " * 30, "c d\ne"])
    assert long["input"] == "a " * 19 + "a…"
    assert long["probability"] == 0.8
    assert long["notes"] == [f"{long['input']} has 31 tokens; the first 8 count"]
    assert strange["input"] == "c d e"
    assert strange["notes"] == ["more than half of c d e is unknown to the model"]


def test_batches(predictor: TextClassifierPredictor) -> None:
    found = predictor.predict(["a", "a b", "b a b"], batch_size=2)
    assert [round(prediction.probabilities[1], 6) for prediction in found] == [0.2, 0.3, 0.4]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (" \n", r"there is no text in ' \\n'; expected texts, or files with a text each"),
        ("nowhere.txt", "nowhere.txt cannot be read: No such file"),
        ("empty.txt", "there is no text in 'empty.txt'"),
        ("latin.txt", "latin.txt is not text in UTF-8"),
    ],
)
def test_what_is_no_text(
    predictor: TextClassifierPredictor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match=message):
        predictor.rows([given])


def test_a_text_that_is_too_long_for_a_file_name(predictor: TextClassifierPredictor) -> None:
    assert predictor.rows(["b" * 10_000])[0]["label"] == "few"


def test_options_are_refused(predictor: TextClassifierPredictor) -> None:
    with pytest.raises(InputError, match="--temperature means nothing"):
        predictor.rows(["a"], temperature=1.0)
