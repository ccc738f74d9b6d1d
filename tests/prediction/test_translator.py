"""What a translator is asked, and how its answers are told."""

import json

import numpy as np
import pytest

from kerasdl.data import SequenceTokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import TranslatorPredictor, predictor_for

TOKENIZER = SequenceTokenizer(CharacterTokenizer("abc "))


def echo(sizes: list[int] | None = None) -> ServedModel:
    """A model that answers what it is given."""

    def ask(signature, inputs):
        assert signature == "serving_default"
        if sizes is not None:
            sizes.append(len(inputs["source"]))
        return {
            "tokens": inputs["source"],
            "score": -np.sum(inputs["source"] > 0, axis=1).astype("float32"),
        }

    return ServedModel(
        "translator",
        ask,
        {"serving_default": {"source": (None, None)}},
        details={"source_length": 5},
        files=TOKENIZER.to_files(),
    )


def test_rows_and_text(tmp_path) -> None:
    (tmp_path / "lines.txt").write_bytes("\ufeffabc\r\n\r\n b \n".encode())
    predictor = predictor_for(echo())
    assert isinstance(predictor, TranslatorPredictor)
    rows = predictor.rows(["a b", str(tmp_path / "lines.txt")])
    assert [(row["input"], row["translation"], row["score"]) for row in rows] == [
        ("a b", "a b", -4.0),
        ("abc", "abc", -4.0),
        ("b", "b", -2.0),
    ]
    assert json.loads(json.dumps(rows)) == rows
    assert predictor.text(rows) == "a b  a b\nabc  abc\nb    b"


def test_what_the_model_cannot_take_is_noted() -> None:
    long, strange = TranslatorPredictor(echo()).rows(["abcabc", "a!"])
    assert long["translation"] == "abcab"
    assert long["notes"] == ["'abcabc' has 7 tokens; the model takes the first 5"]
    assert strange["notes"] == ["'a!' has tokens that the model does not know"]


def test_batches() -> None:
    sizes: list[int] = []
    translations, scores = TranslatorPredictor(echo(sizes)).translate(list("abcab"), batch_size=2)
    assert (sizes, translations, len(scores)) == ([2, 2, 1], list("abcab"), 5)
    assert TranslatorPredictor(echo()).translate([])[0] == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("  ", "there is no text in '  '; expected texts, or files with a text"),
        ("nowhere.txt", "nowhere.txt cannot be read: No such file"),
        ("empty.txt", "there is no text in"),
        ("latin.txt", "latin.txt is not text in UTF-8"),
    ],
)
def test_what_is_no_text(tmp_path, monkeypatch, given, message) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty.txt").write_text("\n \n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match=message):
        TranslatorPredictor(echo()).rows([given])


def test_options_are_refused() -> None:
    with pytest.raises(InputError, match="--temperature means nothing"):
        TranslatorPredictor(echo()).rows(["a"], temperature=1.0)
