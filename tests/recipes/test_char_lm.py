"""The recipe `char_lm`: what it optimises, and that each cell writes."""

from pathlib import Path
from typing import Any

import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.exporting import ServedModel
from kerasdl.prediction import LanguageModelPredictor
from kerasdl.recipes import char_lm
from kerasdl.training.run import Run

TINY: dict[str, Any] = {
    "epochs": 1,
    "steps_per_epoch": 6,
    "steps_per_execution": 2,
    "batch_size": 8,
    "context": 16,
    "units": 16,
    "jit_compile": False,
}


@pytest.fixture(scope="module")
def rhyme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("text") / "rhyme.txt"
    file.write_text("".join(f"{n} green bottles hanging on the wall,\n\n" for n in range(300)))
    return file


def train(folder: Path, text: Path, **options: Any) -> Run:
    return kerasdl.train(
        char_lm,
        data=str(text),
        quiet=True,
        runs_dir=folder / "runs",
        saved_models_dir=folder / "saved_models",
        **{**TINY, **options},
    )


def test_model_is_the_one_that_is_claimed() -> None:
    config = char_lm.Config(data="python_sources")
    model = char_lm.build_model(config, char_lm.load_data(config))
    layer = model.get_layer("lstm_1")
    assert isinstance(layer, kerasdl.layers.LSTM)
    claim = recipes.facts("char_lm")["model"]
    assert f"LSTM, {layer.units} units" in claim
    shakespeare = kerasdl.models.char_rnn(vocabulary_size=65)  # its characters
    assert f"{shakespeare.count_params():,} parameters" in claim
    schedule = model.optimizer._learning_rate
    assert schedule.total_steps == config.epochs * config.steps_per_epoch


@pytest.mark.parametrize("cell", ["lstm", "gru", "rnn"])
def test_every_cell_learns_and_writes_from_run_and_export(
    cell: str, rhyme: Path, tmp_path: Path
) -> None:
    export = cell == "lstm"
    run = train(tmp_path, rhyme, cell=cell, export=export, num_layers=2 if export else 1)
    assert run.test["nats_per_character"] == pytest.approx(run.test["loss"])
    (text,) = run.result["texts"].values()
    assert len(text) > 500
    if run.export:
        predictor = LanguageModelPredictor(ServedModel.from_saved_model(run.export))
        prompt = text.split("\n")[0] + "\n"
        assert prompt + predictor.write(prompt, length=500) == text
