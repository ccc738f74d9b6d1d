"""The recipe `vit` is what its page says, and does what every recipe does."""

import re
from pathlib import Path
from typing import Any, get_args

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import main, recipes
from kerasdl.data import DataError, ImageData
from kerasdl.recipes import vit
from kerasdl.training.progress import RunConsole
from kerasdl.training.run import Run

SMALL: dict[str, Any] = {
    "data": "digits",
    "epochs": 2,
    "batch_size": 32,
    "patch_size": 14,
    "drop_path_rate": 0.2,
    "dropout_rate": 0.1,
}


def train(folder: Path, **options: Any) -> Run:
    folders = {"runs_dir": folder / "runs", "saved_models_dir": folder / "models"}
    return kerasdl.train(vit, **{**folders, "quiet": True, **options})


@pytest.fixture(scope="module")
def data() -> ImageData:
    return vit.load_data(vit.Config(data="digits"))


@pytest.fixture(scope="module")
def smoke(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(tmp_path_factory.mktemp("vit"), smoke=True)


def test_model_is_the_one_that_is_claimed(data: ImageData) -> None:
    model = vit.build_model(vit.Config(), data)
    claim = recipes.facts("vit")["model"]
    size = kerasdl.models.VIT_SIZES[vit.Config().model]
    assert f"{model.count_params():,} parameters" in claim
    assert f"{size.depth} blocks, {size.width} wide" in claim


def test_sizes_are_those_of_the_model() -> None:
    names = get_args(vit.Config.model_fields["model"].annotation)
    assert names == tuple(kerasdl.models.VIT_SIZES)


def test_what_is_optimised(data: ImageData) -> None:
    config = vit.Config(epochs=7, learning_rate=0.004, weight_decay=0.3, batch_size=64)
    model = vit.build_model(config, data)
    schedule = model.optimizer._learning_rate
    assert schedule.max_learning_rate == 0.004
    assert schedule.total_steps == 7 * data.steps_per_epoch(64)
    assert model.optimizer.weight_decay == 0.3
    model.optimizer.build(model.trainable_variables)
    decays = {
        variable.path: model.optimizer._use_weight_decay(variable)
        for variable in model.trainable_variables
    }
    kernels = {path for path in decays if path.endswith("/kernel")}
    assert {path for path, decayed in decays.items() if decayed} == kernels
    assert len(kernels) == 1 + 4 * 6 + 1  # patches; four blocks; logits


def test_options_reach_the_model(data: ImageData) -> None:
    config = vit.Config(
        model="nano", patch_size=7, pooling="average", positions="sinusoidal", drop_path_rate=0.3
    )
    model = vit.build_model(config, data)
    assert model.get_layer("block_6").output.shape == (None, 16, 128)
    assert model.get_layer("block_6").drop_path_rate == pytest.approx(0.3)
    assert isinstance(model.get_layer("positions"), kerasdl.layers.SinusoidalPositionalEncoding)
    assert isinstance(model.get_layer("average"), keras.layers.GlobalAveragePooling1D)


def test_smoke_learns_draws_and_exports(smoke: Run) -> None:
    assert smoke.test["accuracy"] > 0.4  # ten classes
    assert smoke.history["loss"][-1] < smoke.history["loss"][0]
    for name in ("attention.png", "confusion_matrix.png", "most_wrong.png"):
        assert (smoke.path / name).is_file()
    assert smoke.result["export_max_difference"] < 1e-5


def test_run_and_export_predict_alike(smoke: Run, capsys: pytest.CaptureFixture[str]) -> None:
    samples = sorted(map(str, (smoke.path / "samples").iterdir()))
    answers = []
    for source in (smoke.path, smoke.export):
        with pytest.raises(SystemExit) as stopped:
            main(["predict", str(source), *samples])
        assert not stopped.value.code
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]
    assert len(answers[0].splitlines()) == len(samples)


@pytest.mark.parametrize("pooling", ["token", "average"])
def test_picture_shows_where_the_model_looks(pooling: str, data: ImageData) -> None:
    config = vit.Config(data="digits", patch_size=7, pooling=pooling)
    model = vit.build_model(config, data)
    figure = vit.pictures(config, model, data)["attention.png"]
    drawn = figure.axes[1].images[1].get_array()
    assert drawn.shape == (4, 4)
    weights = kerasdl.diagnostics.attention_weights(model, data.test.images[:1])
    rollout = kerasdl.diagnostics.attention_rollout(weights)[0]
    # The class token is the first of 17; its attention to itself is not drawn.
    expected = rollout[0, 1:] if pooling == "token" else rollout.mean(axis=0)
    np.testing.assert_allclose(drawn, expected.reshape(4, 4), rtol=1e-3)


@pytest.fixture
def _two_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size that takes moments."""
    size = kerasdl.models.ViTSize(width=16, depth=2, num_heads=2, hidden_dim=16)
    monkeypatch.setitem(kerasdl.models.VIT_SIZES, "pico", size)


@pytest.mark.usefixtures("_two_blocks")
def test_resumed_run_is_the_run_without_a_break(tmp_path: Path) -> None:
    class Killed(RunConsole):
        def line(self, text: str = "", style: str | None = None) -> None:
            if text.startswith("epoch 1/"):
                raise InterruptedError

    whole = train(tmp_path / "whole", export=False, **SMALL)
    with pytest.raises(InterruptedError):
        train(tmp_path / "broken", export=False, console=Killed(quiet=True), **SMALL)
    (folder,) = (tmp_path / "broken" / "runs" / "vit").iterdir()
    resumed = train(tmp_path / "broken", export=False, resume=folder)
    assert resumed.history["loss"] == whole.history["loss"]
    expected, found = (keras.saving.load_model(run.folder.last) for run in (whole, resumed))
    # Dropout of positions, and in each of two blocks attention's, the hidden values', and
    # dropout and drop path of two branches.
    assert sum("seed_generator_state" in weight.path for weight in expected.variables) == 1 + 2 * 6
    variables = zip(
        [*expected.variables, *expected.optimizer.variables],
        [*found.variables, *found.optimizer.variables],
        strict=True,
    )
    for one, other in variables:
        np.testing.assert_array_equal(one, other, err_msg=one.path)


@pytest.mark.usefixtures("_two_blocks")
def test_mixed_precision(tmp_path: Path) -> None:
    run = train(tmp_path, **{**SMALL, "epochs": 1}, precision="mixed_bfloat16")
    assert np.isfinite(run.test["loss"])
    assert run.export is not None
    assert run.export.is_dir()


def test_patches_must_fill_the_images(data: ImageData) -> None:
    with pytest.raises(DataError, match="28x28 cannot be cut into patches of 5x5"):
        vit.build_model(vit.Config(patch_size=5), data)


def test_page_shows_the_recorded_run() -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = (docs / "recipes" / "vit.md").read_text()
    result = (docs / "results" / "vit.md").read_text()
    accuracy = re.search(r"\| test accuracy \| (0\.\d+) \|", result)
    assert accuracy is not None
    assert f"Test: accuracy {accuracy[1]}" in page
    assert f"{float(accuracy[1]):.1%}".replace("%", " %") in recipes.facts("vit")["expect"]
    pictures = re.findall(r"\]\((vit/\w+\.png)\)", page)
    assert "vit/attention.png" in pictures
    for picture in pictures:
        assert (docs / "recipes" / picture).is_file()
