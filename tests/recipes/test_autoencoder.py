"""The recipe `autoencoder` is what its page says."""

import json
from pathlib import Path
from typing import Any

import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.recipes import autoencoder
from kerasdl.user_error import UserError

SMALL: dict[str, Any] = {"epochs": 2, "jit_compile": False, "quiet": True}


def predict(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    from kerasdl.cli import main

    capsys.readouterr()
    with pytest.raises(SystemExit, match="0"):
        main([*map(str, ["predict", *words]), "--json"])
    return json.loads(capsys.readouterr().out)


def test_noisy_images_without_a_digit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = {"runs_dir": tmp_path / "runs", "saved_models_dir": tmp_path / "models"}
    run = kerasdl.train(autoencoder, smoke=True, anomaly="4", noise=0.2, **folders, **SMALL)
    assert 0 < run.test["auc_4"] < 1
    linear = run.result["baselines"]["PCA of width 32"]
    assert 0 < linear["loss"] < run.result["baselines"]["the noisy image"]["loss"]
    assert 0.5 < linear["auc_4"] < 1
    for name in ("reconstructions", "roc", "curves"):
        assert (run.path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert run.environment["data"]["details"] == {"noise": 0.2, "held_out": "4"}
    sample = min((run.path / "samples").iterdir())
    rows = [predict(capsys, source, sample) for source in (run.path, run.export)]
    assert rows[0][0]["error"] == pytest.approx(rows[1][0]["error"], abs=1e-5)


def test_moons_in_mixed_precision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = {"runs_dir": tmp_path / "runs", "saved_models_dir": tmp_path / "models"}
    options = {**SMALL, "data": "moons", "batch_size": 2048, "precision": "mixed_bfloat16"}
    run = kerasdl.train(autoencoder, **folders, **options)
    assert (run.path / "curve.png").read_bytes().startswith(b"\x89PNG")
    # Half of the points' spread is along the line: PCA's error is the other half.
    assert run.result["baselines"]["PCA of width 1"]["loss"] == pytest.approx(0.09, abs=0.01)
    (row,) = predict(capsys, run.path, "0.5,0.25")
    assert row["input"] == {"x": 0.5, "y": 0.25}
    assert len(predict(capsys, run.export, run.path / "samples" / "points.csv")) == 3


def test_each_class_is_left_out_in_turn() -> None:
    config = autoencoder.Config(data="digits", epochs=1, anomaly="each", jit_compile=False)
    data = autoencoder.load_data(config)
    model = autoencoder.build_model(config, data)
    areas = autoencoder.measure(config, model, data)
    assert list(areas) == [*(f"auc_{digit}" for digit in range(10)), "auc_mean"]
    assert len(set(areas.values())) > 5


def test_wrong_options_are_refused(tmp_path: Path) -> None:
    unfit: list[dict[str, Any]] = [{"noise": 0.1}, {"anomaly": "4"}, {"latent_size": 2}]
    for options in unfit:
        with pytest.raises(UserError, match=r"--latent-size are for images, not for moons"):
            kerasdl.train(autoencoder, runs_dir=tmp_path, data="moons", quiet=True, **options)
    assert autoencoder.Config(data="moons", latent_size=1).latent_size == 1
    with pytest.raises(UserError, match=r"no class 'cat' in digits; expected one of 0, 1"):
        kerasdl.train(autoencoder, runs_dir=tmp_path, data="digits", anomaly="cat", quiet=True)


def test_model_is_the_one_that_is_claimed() -> None:
    data = autoencoder.load_data(autoencoder.Config(data="digits"))
    parameters = autoencoder.build_model(autoencoder.Config(), data).count_params()
    assert f"{parameters:,} parameters" in recipes.facts("autoencoder")["model"]
