"""An interrupted run that goes on is the run that was never interrupted."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kerasdl
from kerasdl.recipes import mnist
from kerasdl.training import checkpoint
from kerasdl.training.run import Run
from kerasdl.user_error import UserError

# Small steps, so that there is a middle of an epoch to be killed in.
OPTIONS: dict[str, Any] = {
    "data": "digits",
    "epochs": 4,
    "batch_size": 2,
    "hidden_units": (64,),
    "seed": 3,
    "steps_per_execution": 8,
    "jit_compile": False,
}


def train(folder: Path, **options: Any) -> Run:
    return kerasdl.train(mnist, runs_dir=folder / "runs", quiet=True, export=False, **options)


@pytest.fixture(scope="module")
def whole_run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("whole"), **OPTIONS)


def start_process(folder: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "kerasdl", "recipe", "mnist"]
    for name, value in OPTIONS.items():
        if value is False:
            words.append(f"--no-{name.replace('_', '-')}")
            continue
        text = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
        words += [f"--{name.replace('_', '-')}", text]
    words += ["--runs-dir", str(folder / "runs"), "--no-export"]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
    )


def wait_for_epochs(process: subprocess.Popen[str], epochs: int) -> None:
    """Reads the process's lines until it has finished so many epochs."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(f"epoch {epochs}/"):
            return
    raise AssertionError(f"the run ended before epoch {epochs}: exit code {process.wait()}")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_of_an_epoch(
    how: signal.Signals,
    whole_run: Run,
    tmp_path: Path,
    assert_same_run: Callable[[Run, Run], None],
) -> None:
    process = start_process(tmp_path)
    wait_for_epochs(process, 2)
    time.sleep(0.1)
    process.send_signal(how)
    out, _ = process.communicate(timeout=60)
    (folder,) = (tmp_path / "runs" / "mnist").iterdir()
    state = checkpoint.read_state(folder / "last.keras")
    assert 2 <= state["epoch"] < 4
    assert not (folder / "result.json").exists()
    if how == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
        assert state["step"] == 0
    else:
        assert process.returncode == 130
        assert (state["epoch"], state["step"]) > (2, 0)
        assert f"kerasdl recipe mnist --resume {folder}" in out
        assert "Traceback" not in out
    resumed = train(tmp_path, resume=folder)
    assert not list(folder.glob(".*")), "half-written files were left behind"
    assert_same_run(resumed, whole_run)


def test_time_limit_stops_within_an_epoch_and_finishes(tmp_path: Path) -> None:
    options = {**OPTIONS, "epochs": 10_000, "schedule": "constant", "max_time": 0.05}
    run = train(tmp_path, **options)
    assert run.result["stopped"] == "time limit"
    assert run.result["epochs"] < 10_000
    assert run.result["fit_seconds"] >= 3
    assert run.test["accuracy"] > 0.5
    state = checkpoint.read_state(run.folder.last)
    assert len(run.history["loss"]) == state["epoch"] + (state["step"] > 0)


def test_epochs_may_be_raised(tmp_path: Path, assert_same_run: Callable[[Run, Run], None]) -> None:
    constant = {**OPTIONS, "batch_size": 64, "schedule": "constant"}
    whole = train(tmp_path / "whole", **constant)
    half = train(tmp_path / "half", **{**constant, "epochs": 2})
    assert len(half.history["loss"]) == 2
    longer = train(tmp_path / "half", resume=half.path, epochs=4)
    assert longer.path == half.path
    assert_same_run(longer, whole)


def test_raised_epochs_stretch_the_schedule(tmp_path: Path) -> None:
    options = {**OPTIONS, "batch_size": 64, "epochs": 2}
    run = train(tmp_path, **options)
    assert run.history["learning_rate"][-1] < 1e-5
    run = train(tmp_path, resume=run.path, epochs=4)
    assert len(run.history["loss"]) == 4
    assert run.history["learning_rate"][2] > 1e-4
    assert run.config["epochs"] == 4


def test_resume_before_the_first_epoch_starts_again(
    whole_run: Run, tmp_path: Path, assert_same_run: Callable[[Run, Run], None]
) -> None:
    folder = tmp_path / "runs" / "mnist" / "killed-early"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(whole_run.folder.config.read_text())
    assert_same_run(train(tmp_path, resume=folder), whole_run)


def test_what_cannot_be_resumed(whole_run: Run, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is complete: 4 of 4 epochs"):
        train(tmp_path, resume=whole_run.path)
    with pytest.raises(UserError, match="--batch-size cannot change on resume"):
        train(tmp_path, resume=whole_run.path, epochs=8, batch_size=8)
    with pytest.raises(UserError, match="is no folder"):
        train(tmp_path, resume=tmp_path / "nowhere")
    with pytest.raises(UserError, match="not a run of kerasdl"):
        train(tmp_path, resume=tmp_path)


def copy_of(run: Run, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(run.path, folder / "copy"))


def test_run_of_another_recipe(whole_run: Run, tmp_path: Path) -> None:
    copy = copy_of(whole_run, tmp_path)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "recipe": "resnet"}))
    with pytest.raises(UserError, match="is a run of recipe 'resnet'"):
        train(tmp_path, resume=copy, epochs=5)


@pytest.mark.parametrize("damage", ["cut", "no state", "other state"])
def test_damaged_checkpoint(damage: str, whole_run: Run, tmp_path: Path) -> None:
    import keras

    copy = copy_of(whole_run, tmp_path)
    last = copy / "last.keras"
    if damage == "cut":
        last.write_bytes(last.read_bytes()[:1000])
        message = "is not a checkpoint of kerasdl, or is damaged"
    elif damage == "no state":
        keras.saving.load_model(copy / "best.keras").save(last)
        message = "is not a checkpoint of kerasdl, or is damaged"
    else:
        checkpoint.save(keras.saving.load_model(copy / "best.keras"), {"new": 1}, last)
        message = "written by another version"
    with pytest.raises(UserError, match=message):
        train(tmp_path, resume=copy, epochs=5)


def test_checkpoint_of_another_model(whole_run: Run, tmp_path: Path) -> None:
    copy = copy_of(whole_run, tmp_path)
    config = json.loads((copy / "config.json").read_text())
    (copy / "config.json").write_text(json.dumps({**config, "hidden_units": [32]}))
    with pytest.raises(UserError, match="does not fit the model that the recipe builds"):
        train(tmp_path, resume=copy, epochs=5)
