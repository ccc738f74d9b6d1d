"""The recipe `text_classify`: its models, and texts of one's own from a file to an answer."""

import json
from pathlib import Path

import numpy as np
import pytest

import kerasdl
from kerasdl.cli import main, recipes
from kerasdl.data import DataError
from kerasdl.exporting import ServedModel
from kerasdl.prediction import predictor_for
from kerasdl.recipes import text_classify
from kerasdl.training.recipe import Recipe
from kerasdl.training.run_servable import run_servable


def test_models_are_those_that_are_claimed() -> None:
    claim = recipes.facts("text_classify")["model"]
    lstm, transformer = text_classify.Config(), text_classify.Config(model="transformer", width=64)
    data = text_classify.load_data(lstm)
    model = text_classify.build_model(lstm, data)
    assert f"{model.get_layer('lstm_1').forward_layer.units} units each way" in claim
    assert f"{model.count_params():,} parameters" in claim
    model = text_classify.build_model(transformer, data)
    assert model.get_layer("class_token").output.shape[1:] == (None, transformer.width)
    assert f"{model.count_params():,} (--width {transformer.width})" in claim


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reviews whose verdict is in the order of words: the same words, twice."""
    rng = np.random.default_rng(0)
    rows = []
    for _ in range(300):
        film, book = rng.choice(["good", "bad"]), rng.choice(["good", "bad"])
        about = " ".join(rng.choice(list("abcdefgh"), 3))
        rows.append(f"The film is {film}, the book is {book} {about}\t{film}")
    path = tmp_path_factory.mktemp("reviews") / "reviews.tsv"
    path.write_text("\n".join(["review\tverdict", *rows]))
    return path


@pytest.mark.parametrize("kind", ["lstm", "transformer"])
def test_texts_of_ones_own_from_training_to_prediction(
    kind: str, table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = kerasdl.train(
        text_classify,
        smoke=True,
        data=str(table),
        text_column="review",
        label_column="verdict",
        lowercase=True,
        model=kind,
        epochs=25,
        batch_size=32,
        learning_rate=1e-2,
        dropout_rate=0.0,
        unknown_rate=0.0,
        export=kind == "lstm",
        quiet=True,
        runs_dir=tmp_path / "runs",
        saved_models_dir=tmp_path / "saved_models",
    )
    simple = run.result["baselines"]
    assert run.test["accuracy"] > simple["majority class"]["accuracy"] + 0.2
    assert run.test["accuracy"] > simple["bag of words"]["accuracy"]
    assert run.environment["data"]["class_names"] == ["bad", "good"]
    assert (run.path / "confusion_matrix.png").is_file()
    text = "THE FILM IS GOOD, the book is bad a b c"
    model = ServedModel.from_servable(run_servable(run, Recipe(text_classify)))
    assert predictor_for(model).rows([text])[0]["label"] == "good"
    if run.export:
        with pytest.raises(SystemExit) as stopped:
            main(["predict", str(run.export), text, "--json"])
        assert not stopped.value.code
        (row,) = json.loads(capsys.readouterr().out)
        assert row["label"] == "good"
        answer = ServedModel.from_saved_model(run.export).ask("serve_text", {"text": [text]})
        assert answer["label"].tolist() == [b"good"]
        assert answer["probabilities"].max() == pytest.approx(row["probability"], abs=1e-5)


def test_what_is_made_unknown_is_so_in_training_alone() -> None:
    config = text_classify.Config(max_examples=200, unknown_rate=0.5)
    data = text_classify.load_data(config)
    unknown = data.tokenizer.unknown

    def share(batches: object) -> float:
        tokens = np.concatenate([tokens for tokens, _ in batches])  # type: ignore[attr-defined]
        return float((tokens == unknown).sum() / (tokens > 0).sum())

    assert share(data.epoch_batches(64, 0, 0)) > 0.45
    assert share(data.test_batches(64)) < 0.4


def test_a_table_without_the_columns(table: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'text' \(--text-column names another\)"):
        text_classify.load_data(text_classify.Config(data=str(table), label_column="verdict"))


def test_a_set_for_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="'tiny_shakespeare' is for language modelling"):
        text_classify.Config(data="tiny_shakespeare")
