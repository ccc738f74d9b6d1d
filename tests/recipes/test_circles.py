"""The recipe `circles` is what its page says, on circles and on a table of one's own."""

from pathlib import Path

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import DataError
from kerasdl.exporting import ServedModel
from kerasdl.prediction import predictor_for
from kerasdl.recipes import circles
from kerasdl.training.recipe import Recipe
from kerasdl.training.run_servable import run_servable

DOCS = Path(__file__).parents[2] / "docs"


def test_model_is_the_one_that_is_claimed() -> None:
    config = circles.Config(points=100)
    model = circles.build_model(config, circles.load_data(config))
    claim = recipes.facts("circles")["model"]
    assert f"{model.count_params():,} parameters" in claim
    widths = [2, *(layer.units for layer in model.layers if hasattr(layer, "units"))]
    assert "-".join(map(str, widths)) in claim


def test_it_learns_what_no_line_can() -> None:
    config = circles.Config(points=4_000, epochs=5)
    data = circles.load_data(config)
    model = circles.build_model(config, data)
    for epoch in range(5):
        model.fit(data.epoch_batches(128, 0, epoch), shuffle=False, verbose=0)
    accuracy = model.evaluate(data.test_batches(1_000), verbose=0, return_dict=True)["accuracy"]
    simple = circles.baselines(config, data)
    assert accuracy > 0.95
    assert simple["linear classifier"]["accuracy"] < 0.6
    # The standard error of 10,000 points is below 0.1 % here.
    assert accuracy < simple["Bayes limit"]["accuracy"] + 0.005


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(300, 3))
    kinds = np.array(["low", "middle", "high"])[np.digitize(rows[:, 0], [-0.5, 0.5])]
    lines = [
        f"{a:.4f},{b:.4f},{kind},{1000 + c:.4f}"
        for (a, b, c), kind in zip(rows, kinds, strict=True)
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["a,b,kind,c", *lines]))
    return path


def test_a_table_of_ones_own_from_training_to_prediction(table: Path, tmp_path: Path) -> None:
    run = kerasdl.train(
        circles,
        smoke=True,
        data=str(table),
        label_column="kind",
        epochs=20,
        batch_size=32,
        precision="mixed_bfloat16",
        quiet=True,
        runs_dir=tmp_path / "runs",
        saved_models_dir=tmp_path / "saved_models",
    )
    simple = run.result["baselines"]
    assert run.test["accuracy"] > simple["majority class"]["accuracy"] + 0.2
    assert "Bayes limit" not in simple
    assert run.environment["data"]["class_names"] == ["high", "low", "middle"]
    assert (run.path / "confusion_matrix.png").is_file()
    assert not (run.path / "decision_boundary.png").exists()
    assert run.export is not None
    sample = min(run.folder.samples.iterdir())
    trained = ServedModel.from_servable(run_servable(run, Recipe(circles)))
    for model in (trained, ServedModel.from_saved_model(run.export)):
        rows = predictor_for(model).rows([str(sample), "-2.5,0,1000", "2.5,0,1000"])
        assert [row["label"] for row in rows[-2:]] == ["low", "high"]
        assert len(rows) == 5
    keras.saving.load_model(run.folder.best)


def test_the_boundary_is_drawn_where_it_can_be(tmp_path: Path) -> None:
    config = circles.Config(points=100)
    data = circles.load_data(config)
    figures = circles.pictures(config, circles.build_model(config, data), data)
    assert list(figures) == ["confusion_matrix.png", "decision_boundary.png"]
    legend = figures["decision_boundary.png"].axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()][-1] == "best possible"


def test_a_set_for_another_task_is_refused() -> None:
    with pytest.raises(ValueError, match="'mnist' is for image classification"):
        circles.Config(data="mnist")


def test_a_table_without_the_label(table: Path) -> None:
    with pytest.raises(DataError, match=r"no column 'label' \(--label-column names another\)"):
        circles.load_data(circles.Config(data=str(table)))
