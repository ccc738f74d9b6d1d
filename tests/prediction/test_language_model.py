"""What `kerasdl predict` gets from a language model."""

from pathlib import Path

import pytest

from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.exporting import InputError, ServedModel
from kerasdl.exporting.language_model import language_model
from kerasdl.models import gpt
from kerasdl.prediction import LanguageModelPredictor, predictor_for


@pytest.fixture(scope="module")
def predictor() -> LanguageModelPredictor:
    tokenizer = CharacterTokenizer("\n abcde")
    model = gpt(tokenizer.size, 8, width=16, num_layers=1, num_heads=2, seed=0)
    served = ServedModel.from_servable(language_model(model, tokenizer, 8, ["abc"]))
    predictor = predictor_for(served)
    assert isinstance(predictor, LanguageModelPredictor)
    return predictor


def test_prompts_and_files(predictor: LanguageModelPredictor, tmp_path: Path) -> None:
    (tmp_path / "begin.txt").write_text("ab\n")
    rows = predictor.rows([str(tmp_path / "begin.txt")], prompt="cd", length=30, seed=4)
    assert [row["prompt"] for row in rows] == ["cd", "ab\n"]
    assert [len(row["text"]) for row in rows] == [30, 30]
    assert rows[0]["text"] == predictor.write("cd", length=30, seed=4)
    assert {name: rows[0][name] for name in ("input", "seed", "top_p")} == {
        "input": "--prompt", "seed": 4, "top_p": 1.0,
    }  # fmt: skip
    assert predictor.text(rows) == f"cd{rows[0]['text']}\n\nab\n{rows[1]['text']}"


def test_options_matter(predictor: LanguageModelPredictor) -> None:
    plain = predictor.write("abc", length=40)
    assert predictor.write("abc", length=40) == plain
    assert predictor.write("abc", length=40, seed=1) != plain
    likeliest = predictor.write("abc", length=40, temperature=0.0)
    for options in ({"top_k": 1}, {"top_p": 1e-6}):
        assert predictor.write("abc", length=40, **options) == likeliest != plain


@pytest.mark.parametrize(
    ("prompt", "options", "message"),
    [
        ("ab", {"length": 0}, "--length must be from 1 to 10,000; received 0"),
        ("ab", {"length": 10_001}, "--length must be from 1 to 10,000"),
        ("ab", {"temperature": -1.0}, "--temperature must be 0 or more; received -1.0"),
        ("ab", {"top_k": -1}, "--top-k must be 0 or more"),
        ("ab", {"top_p": 0.0}, "--top-p must be above 0, at most 1"),
        ("ab", {"top_p": float("nan")}, "--top-p must be above 0, at most 1; received nan"),
        ("ab", {"seed": -1}, "--seed must be 0 or more"),
        ("", {}, "the prompt is empty; give at least one character"),
        ("xab", {}, r"the prompt 'xab' cannot be read: .* does not know the characters 'x'"),
    ],
)
def test_what_cannot_be(
    predictor: LanguageModelPredictor, prompt: str, options: dict, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        predictor.rows([], prompt=prompt, **options)


def test_files_that_cannot_be_used(predictor: LanguageModelPredictor, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt cannot be read: No such file"):
        predictor.rows([str(tmp_path / "nowhere.txt")])
    (tmp_path / "image.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match="is not text in UTF-8"):
        predictor.rows([str(tmp_path / "image.png")])
    with pytest.raises(InputError, match="--beams means nothing to a model of kind 'language_mo"):
        predictor.rows([], prompt="ab", beams=2)
