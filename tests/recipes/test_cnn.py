"""The recipe `cnn` is what its page says."""

from pathlib import Path

import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import ImageData
from kerasdl.recipes import cnn


@pytest.fixture(scope="module")
def data() -> ImageData:
    return cnn.load_data(cnn.Config(data="digits"))


def test_models_are_the_ones_that_are_claimed(data: ImageData) -> None:
    claim = recipes.facts("cnn")["model"]
    for model in ("lenet5", "vgg"):
        built = cnn.build_model(cnn.Config(model=model), data)
        assert built.name == model
        assert f"{built.count_params():,}" in claim


def test_what_is_optimised(data: ImageData) -> None:
    config = cnn.Config(epochs=7, learning_rate=0.002)
    schedule = cnn.build_model(config, data).optimizer._learning_rate
    assert schedule.max_learning_rate == 0.002
    assert schedule.total_steps == 7 * data.steps_per_epoch(config.batch_size)


def test_mirrored_only_on_request(data: ImageData) -> None:
    flipped = cnn.load_data(cnn.Config(data="digits", shift=0, flip=True))
    still = cnn.load_data(cnn.Config(data="digits", shift=0))
    (images, _), (others, _) = (next(iter(d.epoch_batches(32, 0, 0))) for d in (flipped, still))
    same = (images.numpy() == others.numpy()).all(axis=(1, 2, 3))
    mirrored = (images.numpy() == others.numpy()[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same | mirrored).all()
    assert not same.all()


def test_smoke_run_learns_and_exports(tmp_path: Path) -> None:
    run = kerasdl.train(
        cnn,
        smoke=True,
        quiet=True,
        runs_dir=tmp_path / "runs",
        saved_models_dir=tmp_path / "saved_models",
    )
    # A tenth by guessing.
    assert run.test["accuracy"] > 0.8
    assert run.export is not None
    assert {"curves.png", "confusion_matrix.png", "most_wrong.png"} <= {
        path.name for path in run.path.iterdir()
    }
    images = np.zeros((2, 28, 28, 1), "uint8")
    assert run.model.predict(images, verbose=0).shape == (2, 10)
