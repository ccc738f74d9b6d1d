"""The recipe `vae` is what its page says."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import ReconstructionData
from kerasdl.recipes import vae
from kerasdl.training import checkpoint
from kerasdl.training.run import Run

SMALL: dict[str, Any] = {"latent_size": 2, "epochs": 2, "jit_compile": False, "quiet": True}


@pytest.fixture(scope="module")
def data() -> ReconstructionData:
    return vae.load_data(vae.Config(data="digits"))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("vae")
    folders = {"runs_dir": folder / "runs", "saved_models_dir": folder / "models"}
    return kerasdl.train(vae, smoke=True, **folders, **SMALL)


def test_smoke_run_is_complete(run: Run) -> None:
    for name in ("reconstructions", "samples", "manifold", "interpolation", "curves"):
        assert (run.path / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert run.export is not None
    assert run.environment["data"]["details"] == {"binarization": "stochastic"}
    assert run.result["baselines"]["each pixel by itself"]["negative_log_likelihood"] > 100


def test_terms_add_up_and_bounds_are_in_order(run: Run) -> None:
    test = run.test
    assert test["loss"] == pytest.approx(test["kl"] + test["reconstruction"], rel=1e-5)
    # The same bound from 1 and from 50 samples for each of 359 images.
    assert test["negative_elbo"] == pytest.approx(test["loss"], rel=0.01)
    assert test["importance_weighted"] < test["negative_elbo"]
    for name in ("kl", "val_kl", "reconstruction", "val_reconstruction"):
        assert np.isfinite(run.history[name]).all()


def test_predict_reconstructs_and_draws(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kerasdl.cli import main

    sample = min((run.path / "samples").iterdir())
    errors = []
    for name, source in (("run", run.path), ("export", run.export)):
        capsys.readouterr()
        words = ["predict", source, sample, "--samples", 2, "--output", tmp_path / name, "--json"]
        with pytest.raises(SystemExit, match="0"):
            main([str(word) for word in words])
        rows = json.loads(capsys.readouterr().out)
        assert len(list((tmp_path / name).glob("*.png"))) == len(rows) == 3
        errors.append(rows[0]["error"])
    assert errors[0] == pytest.approx(errors[1], abs=1e-5)


def test_evaluate_gives_the_same_numbers(run: Run) -> None:
    from kerasdl.training.measure import measure
    from kerasdl.training.recipe import Recipe

    config = vae.Config(**run.config)
    assert measure(Recipe(vae), config, run.model, vae.load_data(config)) == run.test


def test_resumed_in_the_middle_of_warmup_it_is_the_same_run(
    data: ReconstructionData, tmp_path: Path
) -> None:
    config = vae.Config(
        data="digits", latent_size=2, epochs=2, warmup_epochs=1.5, free_bits=0.1, jit_compile=False
    )

    def fit(model: Any, epoch: int, first_step: int = 0, steps: int | None = None) -> None:
        batches = data.epoch_batches(config.batch_size, config.seed, epoch, first_step)
        batches = batches if steps is None else batches.take(steps)
        model.fit(batches, shuffle=False, verbose=0)
        model.evaluate(data.validation_batches(64), verbose=0)

    whole = vae.build_model(config, data)
    fit(whole, 0)
    fit(whole, 1)
    half = vae.build_model(config, data)
    fit(half, 0, steps=4)
    checkpoint.save(half, {}, tmp_path / "last.keras")
    resumed = vae.build_model(config, data)
    checkpoint.restore(resumed, tmp_path / "last.keras")
    resumed.evaluate(data.validation_batches(64).take(1), verbose=0)
    fit(resumed, 0, first_step=4)
    fit(resumed, 1)
    assert int(resumed.step) == 20
    for one, same in zip(whole.variables, resumed.variables, strict=True):
        if "metric" not in one.path:
            np.testing.assert_array_equal(one, same, err_msg=one.path)


def test_options_reach_the_model(data: ReconstructionData) -> None:
    config = vae.Config(beta=0.5, warmup_epochs=3, free_bits=0.2, model="conv", latent_size=7)
    model = vae.build_model(config, data)
    assert (model.beta, model.free_bits) == (0.5, 0.2)
    assert model.warmup_steps == 3 * data.steps_per_epoch(config.batch_size)
    assert tuple(model.decoder.inputs[0].shape) == (None, 7)
    assert any("convolution" in layer.name for layer in model.encoder.layers)
    threshold = vae.load_data(vae.Config(data="digits", binarization="threshold"))
    grey = threshold.source.test.images
    np.testing.assert_array_equal(threshold.arrays("test")[0] == 255, grey >= 128)


def test_baseline_is_fitted_to_bits_as_it_is_measured_on() -> None:
    config = vae.Config(data="digits", binarization="threshold")
    data = vae.load_data(config)
    white, bits = (data.arrays(split)[0] >= 128 for split in ("train", "test"))
    share = (white.sum(0) + 1) / (len(white) + 2)
    expected = -np.where(bits, np.log(share), np.log1p(-share)).sum((1, 2, 3)).mean()
    found = vae.baselines(config, data)["each pixel by itself"]["negative_log_likelihood"]
    assert found == pytest.approx(expected, rel=1e-9)


def test_own_images_in_mixed_precision(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for name in ("cats", "dogs"):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for index in range(12):
            pixels = generator.integers(0, 256, (9, 10 + index, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / name / f"{index}.png")
    folders = {"runs_dir": tmp_path / "runs", "saved_models_dir": tmp_path / "models"}
    options = {**SMALL, "data": str(tmp_path / "pets"), "image_size": 10, "epochs": 1}
    run = kerasdl.train(vae, **folders, **options, precision="mixed_bfloat16")
    assert run.model.encoder.get_layer("hidden_1").compute_dtype == "bfloat16"
    assert np.isfinite(run.test["negative_elbo"])
    assert run.export is not None
    signature = json.loads((run.export / "assets.extra" / "signature.json").read_text())
    assert signature["signatures"]["serving_default"]["inputs"]["image"]["shape"][1:] == [10, 10, 3]


def test_data_for_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'mnist'"):
        vae.Config(data="mnits")


def test_model_is_the_one_that_is_claimed(data: ReconstructionData) -> None:
    parameters = vae.build_model(vae.Config(), data).count_params()
    assert f"{parameters:,} parameters" in recipes.facts("vae")["model"]
