"""The commands on a real run: predict, evaluate, export, data, and a copied recipe."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import kerasdl
from kerasdl.recipes import mnist
from kerasdl.training.run import Run
from kerasdl.user_error import UserError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("commands")
    return kerasdl.train(
        mnist,
        smoke=True,
        hidden_units=(32,),
        jit_compile=False,
        quiet=True,
        runs_dir=folder / "runs",
        saved_models_dir=folder / "saved_models",
    )


def test_evaluate_measures_the_same_again(run: Run, kerasdl_command: Callable[..., Any]) -> None:
    outcome = kerasdl_command("evaluate", run.path, "--json")
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert found["test"] == pytest.approx(run.test, abs=1e-6)
    assert found["data"]["name"] == "digits"
    assert f"accuracy {run.test['accuracy']:.4f}" in kerasdl_command("evaluate", run.path).out


def test_predict_says_the_same_from_run_and_export(
    run: Run, kerasdl_command: Callable[..., Any]
) -> None:
    samples = sorted(run.folder.samples.iterdir())
    sources = [run.path, run.export, run.export.parent if run.export else None]
    outcomes = [
        json.loads(kerasdl_command("predict", source, *samples, "--json").out) for source in sources
    ]
    assert [row["label"] for row in outcomes[0]] == [row["label"] for row in outcomes[1]]
    assert outcomes[1] == outcomes[2]
    for one, other in zip(outcomes[0], outcomes[1], strict=True):
        assert one["probabilities"] == pytest.approx(other["probabilities"], abs=2e-6)
        assert sum(one["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        assert one["probability"] == max(one["probabilities"].values())
    lines = kerasdl_command("predict", run.path, *samples).out.splitlines()
    assert len(lines) == len(samples)
    for line, row in zip(lines, outcomes[0], strict=True):
        name, label, probability = line.split()
        assert row["input"].endswith(name)
        assert (label, float(probability)) == (
            row["label"],
            pytest.approx(row["probability"], abs=1e-4),
        )


def test_predict_reads_arrays_and_resizes_with_a_note(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    image = np.asarray(Image.open(min(run.folder.samples.iterdir())))
    np.save(tmp_path / "two.npy", np.stack([image, image]))
    Image.fromarray(image).resize((56, 56)).save(tmp_path / "large.png")
    outcome = kerasdl_command(
        "predict", run.path, tmp_path / "two.npy", tmp_path / "large.png", "--json"
    )
    assert [Path(row["input"]).name for row in json.loads(outcome.out)] == [
        *("two.npy[0]", "two.npy[1]", "large.png")
    ]
    assert "56" in outcome.err
    assert "28" in outcome.err


BAD_INPUTS = {
    "no image": (b"no image at all", "x.png", ["x.png"]),
    "cut image": (b"\x89PNG\r\n\x1a\n\x00\x00", "x.png", ["x.png"]),
    "cut array": (b"\x93NUMPY", "x.npy", ["x.npy"]),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_input_that_cannot_be_read(
    case: str, run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    content, name, fragments = BAD_INPUTS[case]
    (tmp_path / name).write_bytes(content)
    for source in (run.path, run.export):
        outcome = kerasdl_command("predict", source, tmp_path / name)
        assert outcome.code == 2
        assert outcome.out == ""
        assert "Traceback" not in outcome.err
        for fragment in fragments:
            assert fragment in outcome.err


def test_negative_numbers_are_inputs(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    for number in ("-0.5,3", "-.5", "-7"):
        outcome = kerasdl_command("predict", run.path, number, "--json")
        assert outcome.code == 2
        assert number in outcome.err
        assert "No such option" not in outcome.err


def test_export_writes_the_next_version_and_refuses_an_existing_one(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    words = ["export", run.path, "--saved-models-dir", tmp_path, "--name", "digits"]
    outcome = kerasdl_command(*words, "--version", 7)
    assert outcome.code == 0
    assert (tmp_path / "digits" / "7" / "saved_model.pb").is_file()
    header, row, *_ = outcome.out.splitlines()
    assert header.split("  ")[0] == "format"
    assert "accuracy" in header
    assert row.startswith("saved_model")
    again = kerasdl_command(*words, "--version", 7)
    assert again.code == 2
    assert "7" in again.err
    assert "exists" in again.err
    assert [path.name for path in (tmp_path / "digits").iterdir()] == ["7"]


def test_export_writes_several_formats(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    words = ["--format", "keras", "--format", "litert", "--quantize", "none", "--quantize", "int8"]
    words += ["--format", "onnx", "--exports-dir", tmp_path]
    outcome = kerasdl_command("export", run.path, *words, "--json")
    assert outcome.code == 0
    reports = json.loads(outcome.out)
    names = [(report["format"], report["quantize"]) for report in reports]
    assert names == [("keras", None), ("litert", None), ("litert", "int8"), ("onnx", None)]
    for report in reports:
        assert report["metrics"]["accuracy"] == pytest.approx(
            report["keras_metrics"]["accuracy"], abs=0.05
        )
        assert (Path(report["path"]) / report["file"]).is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "keras",
        "litert",
        "litert-int8",
        "onnx",
    ]


def test_a_model_of_16_bits_is_exported_in_32_where_there_are_no_others(
    kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    run = kerasdl.train(
        mnist,
        smoke=True,
        epochs=1,
        precision="mixed_bfloat16",
        hidden_units=(8,),
        jit_compile=False,
        export=False,
        quiet=True,
        runs_dir=tmp_path,
    )
    outcome = kerasdl_command("export", run.path, "--format", "onnx", "--json")
    assert outcome.code == 0
    report = json.loads(outcome.out)
    assert report["max_difference"] < 1e-5
    assert report["keras_metrics"]["accuracy"] == pytest.approx(run.test["accuracy"], abs=0.1)


def test_export_without_the_data_says_so(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(config: Any) -> None:
        raise UserError("the data is gone.")

    monkeypatch.setattr("kerasdl.recipes.mnist.load_data", gone)
    words = ["export", run.path, "--exports-dir", tmp_path]
    outcome = kerasdl_command(*words, "--format", "keras")
    assert outcome.code == 0
    assert "Exports are not measured: the data is gone." in outcome.err
    assert "accuracy" not in outcome.out
    outcome = kerasdl_command(*words, "--format", "litert", "--quantize", "int8")
    assert outcome.code == 2
    assert "the data is gone." in outcome.err
    outcome = kerasdl_command(*words, "--format", "litert", "--quantize", "int8", "--examples", "0")
    assert outcome.code == 2
    assert "int8 needs representative examples of image; received none" in outcome.err


def test_folder_that_is_no_model(kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    outcome = kerasdl_command("predict", tmp_path, "x.png")
    assert outcome.code == 2
    assert str(tmp_path) in outcome.err


def test_run_without_its_best_model(
    run: Run, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "config.json").write_text(run.folder.config.read_text())
    outcome = kerasdl_command("evaluate", tmp_path)
    assert outcome.code == 2
    assert "no best.keras" in outcome.err
    (tmp_path / "best.keras").write_bytes(b"damaged")
    outcome = kerasdl_command("evaluate", tmp_path)
    assert outcome.code == 2
    assert "Cannot load" in outcome.err


def test_dry_run_writes_nothing(
    kerasdl_command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = kerasdl_command("recipe", "mnist", "--data", "digits", "--dry-run")
    assert outcome.code == 0
    assert "Total params: 535,818" in outcome.out
    assert "One batch, before training: accuracy 0." in outcome.out
    assert not list(tmp_path.iterdir())


def test_data_list_show_and_prepare(kerasdl_command: Callable[..., Any]) -> None:
    listed = json.loads(kerasdl_command("data", "list", "--json").out)
    assert {"mnist", "cifar10", "digits"} <= {entry["name"] for entry in listed}
    assert "scikit-learn (embedded)" in kerasdl_command("data", "list").out
    shown = json.loads(kerasdl_command("data", "show", "digits", "--json").out)
    assert sum(split["examples"] for split in shown["splits"].values()) == 1797
    text = kerasdl_command("data", "show", "digits").out
    assert "values 0 to 255" in text
    assert kerasdl_command("data", "prepare", "digits").out.startswith("digits is ready")


def test_data_show_of_ones_own(kerasdl_command: Callable[..., Any], tmp_path: Path) -> None:
    table = tmp_path / "shapes.csv"
    table.write_text("sides,label\n" + "3,triangle\n4,square\n" * 10)
    lines = kerasdl_command("data", "show", table).out.splitlines()
    assert lines[1].split() == ["kind", "table"]
    assert f"{'where':<14} {table}" in lines
    assert f"{'per_class':<14} square 10  triangle 10" in lines
    (tmp_path / "text.txt").write_text("a b " * 1000)
    out = kerasdl_command("data", "show", tmp_path / "text.txt").out
    assert f"{'characters':<14} 4,000\n" in out
    ready = kerasdl_command("data", "prepare", table)
    assert ready.out == f"{table} is ready: {table}\n"


def test_info(kerasdl_command: Callable[..., Any]) -> None:
    found = json.loads(kerasdl_command("info", "--json").out)
    assert found["kerasdl"] == kerasdl.__version__
    assert found["keras backend"] == "tensorflow"
    assert "CPU" in found["devices"]
    assert f"kerasdl              {kerasdl.__version__}" in kerasdl_command("info").out


def test_copied_recipe_runs_by_itself_elsewhere(
    kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    """As its owner would: another folder, another process, plain `python`."""
    kerasdl_command("copy", "mnist", tmp_path / "my_mnist.py")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "my_mnist.py", "--smoke", "--no-jit-compile", "--hidden-units", "16"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    (folder,) = (tmp_path / "runs" / "my_mnist").iterdir()
    assert (tmp_path / "saved_models" / "my_mnist" / "1").is_dir()
    sample = min((folder / "samples").iterdir())
    outcome = kerasdl_command("predict", folder, sample)
    assert outcome.code == 0
    assert sample.name in outcome.out
