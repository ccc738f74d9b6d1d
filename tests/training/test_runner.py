"""`kerasdl.train` on embedded data: what it computes, writes, says and refuses."""

import errno
import io
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from rich.console import Console

import kerasdl
from kerasdl import plots
from kerasdl.recipes import mnist
from kerasdl.training.non_finite_loss_error import NonFiniteLossError
from kerasdl.training.progress import RunConsole
from kerasdl.training.run import Run
from kerasdl.user_error import UserError

# Without XLA and export, which take seconds; the tests that are about them turn them on.
SMALL: dict[str, Any] = {
    "data": "digits",
    "epochs": 2,
    "hidden_units": (32,),
    "seed": 1,
    "jit_compile": False,
    "export": False,
}


def train(folder: Path, **options: Any) -> Run:
    folders = {"runs_dir": folder / "runs", "saved_models_dir": folder / "models"}
    return kerasdl.train(mnist, **{**folders, "quiet": True, **SMALL, **options})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("runner"), epochs=3, jit_compile=True, export=True)


def test_run_is_an_object(run: Run) -> None:
    assert run.recipe == "mnist"
    assert run.config["hidden_units"] == [32]
    assert run.history["epoch"] == [1, 2, 3]
    assert run.history["loss"][-1] < run.history["loss"][0]
    assert run.test["accuracy"] > 0.7
    assert run.environment["data"]["name"] == "digits"
    again = Run(run.path)
    assert (again.history, again.test, again.export) == (run.history, run.test, run.export)


def test_run_folder_is_complete(run: Run) -> None:
    assert {path.name for path in run.path.iterdir()} == {
        *("config.json", "environment.json", "metrics.jsonl", "result.json", "report.md"),
        *("best.keras", "last.keras", "samples"),
        *("curves.png", "confusion_matrix.png", "most_wrong.png"),
    }
    for picture in run.path.glob("*.png"):
        assert picture.read_bytes().startswith(b"\x89PNG")
    assert run.path.parent.name == "mnist"
    assert run.path.name.endswith("-1")
    environment = run.environment
    assert environment["versions"]["keras"] == keras.__version__
    assert environment["data"]["reason"].startswith("scikit-learn")
    assert environment["recipe_file"].endswith("mnist.py")


def test_test_metrics_are_those_of_the_best_model_on_unseen_data(run: Run) -> None:
    data = mnist.load_data(mnist.Config(**run.config))
    logits = run.model.predict(data.test.images, verbose=0)
    accuracy = float((logits.argmax(axis=1) == data.test.labels).mean())
    assert run.test["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    best = int(np.argmax(run.history["val_accuracy"]))
    assert run.result["best_epoch"] == best + 1
    for split in (data.train, data.validation):
        seen = {image.tobytes() for image in split.images}
        assert not any(image.tobytes() in seen for image in data.test.images)


def test_a_recipe_measures_and_compares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(config: Any, model: Any, data: Any) -> dict[str, float]:
        predicted = model.predict(data.test.images, verbose=0).argmax(axis=-1)
        return {"own_accuracy": float((predicted == data.test.labels).mean())}

    def baselines(config: Any, data: Any) -> dict[str, dict[str, float]]:
        return {"always zero": {"accuracy": float((data.test.labels == 0).mean())}}

    def learning_curves(config: Any, history: dict[str, list[float]]) -> dict[str, Any]:
        assert history["epoch"] == list(range(1, config.epochs + 1))
        return {"own.png": plots.curves({"own": history["val_loss"]})}

    monkeypatch.setattr(mnist, "learning_curves", learning_curves, raising=False)
    monkeypatch.setattr(mnist, "measure", measure, raising=False)
    monkeypatch.setattr(mnist, "baselines", baselines, raising=False)
    lines = io.StringIO()
    run = train(tmp_path, quiet=False, console=RunConsole(Console(file=lines, width=200)))
    assert run.test["own_accuracy"] == pytest.approx(run.test["accuracy"])
    always_zero = run.result["baselines"]["always zero"]["accuracy"]
    assert 0.05 < always_zero < 0.15
    assert f"always zero: accuracy {always_zero:.4f}" in lines.getvalue()
    assert (run.path / "own.png").read_bytes().startswith(b"\x89PNG")
    report = run.folder.report.read_text(encoding="utf-8")
    assert "![own](own.png)" in report
    assert f"| always zero: accuracy | {always_zero:.4f} |" in report


def test_report_holds_results_and_links(run: Run) -> None:
    report = run.folder.report.read_text()
    assert f"| test accuracy | {run.test['accuracy']:.4f} |" in report
    assert f"`{run.export}`" in report
    assert run.environment["data"]["reason"] in report
    for picture in run.path.glob("*.png"):
        assert f"({picture.name})" in report
    assert f"kerasdl recipe mnist --config {run.folder.config}" in report


def test_best_keras_is_an_ordinary_keras_file(run: Run) -> None:
    model = keras.saving.load_model(run.folder.best)
    images = np.zeros((2, 28, 28, 1), "uint8")
    np.testing.assert_array_equal(model(images), run.model(images))


def test_every_run_has_its_own_folder_and_version(run: Run) -> None:
    again = train(run.path.parents[2], export=True)
    assert again.path != run.path
    assert run.export is not None
    assert again.export is not None
    assert (run.export.name, again.export.name) == ("1", "2")
    assert run.export.parent == again.export.parent


def test_runs_of_one_second_do_not_share_a_folder(tmp_path: Path) -> None:
    from kerasdl.training.run_folder import RunFolder

    folders = {RunFolder.create(tmp_path, "mnist", 0).path for _ in range(5)}
    assert len(folders) == 5


def test_equal_seeds_give_equal_runs_and_others_do_not(run: Run, tmp_path: Path) -> None:
    losses = [
        train(tmp_path, seed=seed, deterministic=deterministic).history["loss"]
        for seed, deterministic in [(1, True), (1, True), (2, True)]
    ]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(precision: str, tmp_path: Path) -> None:
    run = train(tmp_path, precision=precision, epochs=4)
    assert run.model.get_layer("hidden_1").compute_dtype == precision.removeprefix("mixed_")
    assert run.model.get_layer("logits").compute_dtype == "float32"
    assert run.test["accuracy"] > 0.7
    assert keras.config.dtype_policy().name == "float32"


def test_patience_stops_and_stays_stopped(tmp_path: Path) -> None:
    run = train(tmp_path, epochs=50, learning_rate=1e-9, patience=2)
    assert run.result["stopped"] == "patience"
    assert run.result["epochs"] == run.result["best_epoch"] + 2
    with pytest.raises(UserError, match=r"is complete: .* stopped by patience"):
        kerasdl.train(mnist, resume=run.path, quiet=True)
    epochs = run.result["epochs"]
    longer = kerasdl.train(mnist, resume=run.path, patience=3, quiet=True, export=False)
    assert longer.result["epochs"] > epochs


def test_a_run_that_died_after_its_last_epoch_is_finished(tmp_path: Path) -> None:
    run = train(tmp_path)
    result = json.loads(run.folder.result.read_text())
    run.folder.result.write_text(json.dumps({**result, "finished": False, "test": {}}))
    again = kerasdl.train(mnist, resume=run.path, quiet=True, export=False)
    assert again.history == run.history
    assert again.result["finished"]
    assert again.test["accuracy"] == result["test"]["accuracy"]


def test_resume_refuses_other_data(tmp_path: Path) -> None:
    run = train(tmp_path, data="auto")
    environment = run.environment
    environment["data"]["name"] = "another"
    run.folder.environment.write_text(json.dumps(environment))
    with pytest.raises(UserError, match=r"used another .*--data-dir"):
        kerasdl.train(mnist, resume=run.path, epochs=4, quiet=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [("metrics.jsonl", "{"), ("environment.json", "{"), ("result.json", "{"), ("result.json", "")],
)
def test_damaged_run(name: str, content: str, run: Run, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(run.path, tmp_path / "copy"))
    (copy / name).write_text(content)
    attribute = {"metrics": "history"}.get(Path(name).stem, Path(name).stem)
    with pytest.raises(UserError, match=name):
        getattr(Run(copy), attribute)


def test_loss_that_is_not_finite_stops_and_names_the_step(tmp_path: Path) -> None:
    with pytest.raises(NonFiniteLossError, match=r"epoch 1, step \d+\. Try a lower") as error:
        train(tmp_path, learning_rate=1e38, steps_per_execution=1)
    assert error.value.epoch == 1
    assert error.value.first_step == error.value.last_step
    with pytest.raises(NonFiniteLossError, match=r"epoch 1, between steps 1 and 10") as error:
        train(tmp_path, learning_rate=1e38, steps_per_execution=32)
    assert (error.value.first_step, error.value.last_step) == (1, 10)


def test_plain_lines_and_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(tmp_path)
    assert capsys.readouterr() == ("", "")
    text = io.StringIO()
    console = RunConsole(Console(file=text, width=80, soft_wrap=True))
    train(tmp_path, console=console)
    lines = text.getvalue().splitlines()
    assert sum(line.startswith("epoch ") for line in lines) == 2
    assert lines[0].startswith("Data: scikit-learn")
    assert any(line.startswith("Test: accuracy 0.") for line in lines)
    assert "\x1b" not in text.getvalue()


def test_live_line_on_a_terminal(tmp_path: Path) -> None:
    text = io.StringIO()
    console = RunConsole(Console(file=text, width=120, force_terminal=True))
    train(tmp_path, console=console, steps_per_execution=2)
    assert "10/10" in text.getvalue()
    assert "\x1b[" in text.getvalue()


def test_unknown_options(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"Unknown option 'epoch'\. Did you mean 'epochs'"):
        train(tmp_path, epoch=3)
    with pytest.raises(UserError, match=r"--dropout-rate: 1\.0\. Input should be less than 1"):
        train(tmp_path, dropout_rate=1.0)
    with pytest.raises(UserError, match="sees no GPU"):
        train(tmp_path, device="gpu")
    with pytest.raises(UserError, match="needs at least two GPUs"):
        train(tmp_path, device="mirrored")
    assert not list(tmp_path.iterdir())


def test_best_metric_that_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "BEST", "lowest val_perplexity")
    with pytest.raises(UserError, match="names 'val_perplexity', which is not measured"):
        train(tmp_path)


@pytest.mark.parametrize("option", ["runs_dir", "saved_models_dir"])
def test_folder_that_cannot_be_written(option: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where the folder should be")
    flag = f"--{option.replace('_', '-')}"
    with pytest.raises(UserError, match=f"Cannot write to .*{flag}"):
        train(tmp_path, **{option: tmp_path / "file" / "folder", "export": True})
    assert {path.name for path in tmp_path.iterdir()} == {"file"}


def test_run_folder_that_cannot_be_made(tmp_path: Path) -> None:
    from kerasdl.training.run_folder import RunFolder

    (tmp_path / "mnist").write_text("a file where the folder should be")
    with pytest.raises(UserError, match="Cannot write runs to"):
        RunFolder.create(tmp_path, "mnist", 0)


def test_failed_export_keeps_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from kerasdl import exporting

    def fail(*arguments: Any, **options: Any) -> None:
        raise exporting.ExportError("the disk is full")

    monkeypatch.setattr(exporting, "export_saved_model", fail)
    with pytest.raises(UserError, match="the disk is full"):
        train(tmp_path, export=True)
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    run = Run(folder)
    assert run.test["accuracy"] > 0.5
    assert run.folder.report.is_file()
    assert run.export is None


def test_full_disk_while_saving(tmp_path: Path) -> None:
    """A real limit on file size: the checkpoint does not fit, and nothing half-written stays."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.raises(UserError, match=r"Cannot save '.*(best|last)\.keras': "):
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
            train(tmp_path)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    assert not list(folder.glob("*.keras"))
    assert not list(folder.glob(".*"))


def test_a_picture_that_cannot_be_written(tmp_path: Path) -> None:
    run = train(tmp_path)
    run.folder.result.unlink()
    run.folder.curves.unlink()
    run.folder.curves.mkdir()
    with pytest.raises(UserError, match=r"Cannot save '.*curves\.png': Is a directory"):
        kerasdl.train(mnist, resume=run.path, quiet=True, export=False)
    run.folder.curves.rmdir()
    again = kerasdl.train(mnist, resume=run.path, quiet=True, export=False)
    assert again.test == run.test
    assert again.history == run.history


def test_weights_that_are_not_finite_are_never_saved(tmp_path: Path) -> None:
    """The last step's update, which no training loss has seen."""

    def blow_up(model: keras.Model, *arguments: Any, **options: Any) -> Any:
        history = fit(model, *arguments, **options)
        bias = model.get_layer("logits").bias
        bias.assign(bias * float("nan"))
        return history

    fit = keras.Model.fit
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", blow_up)
        with pytest.raises(NonFiniteLossError, match="epoch 1, step 10"):
            train(tmp_path)
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    assert not list(folder.glob("*.keras"))


def test_full_disk_in_a_later_epoch_keeps_the_earlier_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kerasdl.training import checkpoint

    save = checkpoint.save

    def full(model: keras.Model, state: dict[str, Any], path: Path) -> None:
        if state["epoch"] == 3:
            monkeypatch.setattr(
                keras.Model, "save", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
            )
        save(model, state, path)

    monkeypatch.setattr(checkpoint, "save", full)
    with pytest.raises(UserError, match=r"Cannot save .* full"):
        train(tmp_path, epochs=4)
    monkeypatch.undo()
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    resumed = kerasdl.train(mnist, resume=folder, quiet=True, export=False)
    assert resumed.history["epoch"] == [1, 2, 3, 4]


MIRRORED = """
import sys
import tensorflow as tf
cpus = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpus[0], [tf.config.LogicalDeviceConfiguration()] * 2)
import kerasdl
from kerasdl.recipes import mnist
run = kerasdl.train(
    mnist, data="digits", epochs=2, hidden_units=(32,), seed=1, dropout_rate=0,
    device="mirrored", export=False, runs_dir=sys.argv[1] + "/runs",
)
"""


def test_mirrored_computes_the_same_as_one_device(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MIRRORED, str(tmp_path)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "Device: 2 CPUs, mirrored" in done.stdout
    assert "On several devices, XLA is off" in done.stdout
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    mirrored = Run(folder)
    single = train(tmp_path / "single", dropout_rate=0)
    for name in ("loss", "val_loss", "accuracy"):
        np.testing.assert_allclose(mirrored.history[name], single.history[name], rtol=1e-3)


def test_recipe_of_the_users_own(tmp_path: Path) -> None:
    source = Path(mnist.__file__).read_text()
    own = tmp_path / "own.py"
    own.write_text(source.replace("\ndef servable(", "\ndef _servable("))
    from kerasdl.cli import recipes

    run = kerasdl.train(
        recipes.load(str(own)), **{**SMALL, "export": True}, runs_dir=tmp_path / "runs",
        saved_models_dir=tmp_path / "models", quiet=True,
    )  # fmt: skip
    assert run.recipe == str(own)
    assert run.export is None
    assert not (tmp_path / "models").exists()
    assert json.loads(run.folder.config.read_text())["recipe"] == str(own)
