"""Every recipe keeps the promises that all recipes make."""

import json
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import main, recipes
from kerasdl.training.progress import RunConsole
from kerasdl.training.run import Run


class Killed(RunConsole):
    """Ends the run before its last epoch, as a fall of the machine would."""

    def line(self, text: str = "", style: str | None = None) -> None:
        if text.startswith("epoch 1/"):
            raise InterruptedError


def train(name: str, folder: Path, **options: Any) -> Run:
    return kerasdl.train(
        recipes.load(name),
        smoke=True,
        **{
            "quiet": True,
            "runs_dir": folder / "runs",
            "saved_models_dir": folder / "saved_models",
            **options,
        },
    )


@pytest.fixture(scope="module", params=recipes.names())
def smoke(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(request.param, tmp_path_factory.mktemp(request.param))


def test_smoke_learns_reports_and_exports(smoke: Run) -> None:
    assert smoke.history["loss"][-1] < smoke.history["loss"][0]
    assert np.isfinite(list(smoke.test.values())).all()
    assert smoke.result["step_milliseconds"] > 0
    report = (smoke.path / "report.md").read_text()
    assert (smoke.path / "curves.png").is_file()
    for picture in smoke.path.glob("*.png"):
        assert picture.name in report
    for metric, value in smoke.test.items():
        assert f"| test {metric} | {value:.4f} |" in report
    assert smoke.export is not None
    assert smoke.result["export_max_difference"] < 1e-4


def test_run_and_export_predict_alike(smoke: Run, capsys: pytest.CaptureFixture[str]) -> None:
    answers = []
    for source in (smoke.path, smoke.export):
        samples = sorted(map(str, (smoke.path / "samples").iterdir()))
        with pytest.raises(SystemExit) as stopped:
            main(["predict", str(source), *samples, "--json"])
        assert not stopped.value.code
        answers.append(json.loads(capsys.readouterr().out))
    one, other = (list(keras.tree.flatten(answer)) for answer in answers)
    assert len(one) == len(other) > 0
    for mine, theirs in zip(one, other, strict=True):
        if isinstance(mine, float):
            assert mine == pytest.approx(theirs, rel=1e-4, abs=1e-4)
        else:
            assert mine == theirs


def test_killed_and_resumed_it_is_the_run_without_a_break(smoke: Run, tmp_path: Path) -> None:
    name = smoke.path.parent.name
    with pytest.raises(InterruptedError):
        train(name, tmp_path, export=False, console=Killed(quiet=True))
    (folder,) = (tmp_path / "runs" / name).iterdir()
    resumed = kerasdl.train(recipes.load(name), resume=folder, export=False, quiet=True)
    assert resumed.history["loss"] == smoke.history["loss"]
    expected, found = (keras.saving.load_model(run.folder.last) for run in (smoke, resumed))
    variables = zip(
        [*expected.variables, *expected.optimizer.variables],
        [*found.variables, *found.optimizer.variables],
        strict=True,
    )
    for mine, theirs in variables:
        np.testing.assert_array_equal(mine, theirs, err_msg=mine.path)


def test_mixed_precision(smoke: Run, tmp_path: Path) -> None:
    options = {"epochs": 1, "precision": "mixed_bfloat16", "jit_compile": False}
    run = train(smoke.path.parent.name, tmp_path, **options)
    assert np.isfinite(list(run.test.values())).all()
    policies = {layer.dtype_policy.name for layer in run.model._flatten_layers()}
    assert "mixed_bfloat16" in policies
    assert {weight.dtype for weight in run.model.trainable_variables} == {"float32"}
    assert run.export is not None
    assert run.export.is_dir()
