"""The recipe `resnet` is what its page says, and takes a folder of images."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import DataError, ImageData
from kerasdl.exporting import ServedModel
from kerasdl.prediction import predictor_for
from kerasdl.recipes import resnet
from kerasdl.user_error import UserError


@pytest.fixture(scope="module")
def data() -> ImageData:
    return resnet.load_data(resnet.Config(data="digits"))


def test_model_is_the_one_that_is_claimed() -> None:
    model = kerasdl.models.resnet((32, 32, 3), 10, resnet.Config().model)
    assert f"{model.count_params():,} parameters" in recipes.facts("resnet")["model"]


def test_what_is_optimised(data: ImageData) -> None:
    config = resnet.Config(epochs=3, learning_rate=0.4, weight_decay=0.01)
    optimizer = resnet.build_model(config, data).optimizer
    schedule = optimizer._learning_rate
    assert (schedule.max_learning_rate, schedule.total_steps) == (
        0.4,
        3 * data.steps_per_epoch(config.batch_size),
    )
    assert (optimizer.momentum, optimizer.nesterov, optimizer.weight_decay) == (0.9, True, 0.01)


def test_the_schedule_of_the_paper(data: ImageData) -> None:
    config = resnet.Config(epochs=4, learning_rate=0.1, schedule="steps")
    schedule = resnet.build_model(config, data).optimizer._learning_rate
    epoch = data.steps_per_epoch(config.batch_size)
    rates = [float(schedule(step)) for step in (0, 2 * epoch, 2 * epoch + 1, 3 * epoch + 1)]
    np.testing.assert_allclose(rates, [0.1, 0.1, 0.01, 0.001], rtol=1e-5)


def test_only_kernels_decay(data: ImageData) -> None:
    model = resnet.build_model(resnet.Config(), data)
    decaying = {
        variable.path.rpartition("/")[2]: model.optimizer._use_weight_decay(variable)
        for variable in model.trainable_variables
    }
    assert decaying == {"kernel": True, "gamma": False, "beta": False, "bias": False}


def test_adamw_has_values_of_its_own_that_can_be_changed(data: ImageData) -> None:
    config = resnet.Config(optimizer="adamw", weight_decay=0.1)
    assert (config.learning_rate, config.weight_decay) == (0.003, 0.1)
    assert isinstance(resnet.build_model(config, data).optimizer, keras.optimizers.AdamW)


def test_training_images_are_cropped_and_mirrored_and_others_are_not(data: ImageData) -> None:
    still = resnet.load_data(resnet.Config(data="digits", crop=0, flip=False))
    for one, other, equal in [
        (data.epoch_batches(32, 0, 0), still.epoch_batches(32, 0, 0), False),
        (data.validation_batches(32), still.validation_batches(32), True),
        (data.test_batches(32), still.test_batches(32), True),
    ]:
        (images, labels), (others, same_labels) = next(iter(one)), next(iter(other))
        np.testing.assert_array_equal(labels, same_labels)
        assert np.array_equal(images, others) is equal


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two classes: reddish and bluish, of several sizes; one file is broken."""
    folder = tmp_path_factory.mktemp("photographs")
    random = np.random.default_rng(0)
    for name, channel in (("poppy", 0), ("sky", 2)):
        (folder / name).mkdir()
        for index in range(20):
            pixels = random.integers(0, 100, (9 + index % 3, 12, 3), dtype=np.uint8)
            pixels[..., channel] += 150
            Image.fromarray(pixels).save(folder / name / f"{index}.png")
    (folder / "sky" / "broken.png").write_bytes(b"no image")
    return folder


def options(folder: Path, photographs: Path) -> dict[str, Any]:
    return {
        "data": str(photographs),
        "image_size": 8,
        "crop": 1,
        "epochs": 2,
        "batch_size": 8,
        "runs_dir": folder / "runs",
        "saved_models_dir": folder / "saved_models",
        "quiet": True,
    }


def test_a_folder_becomes_a_model_that_knows_its_classes(tmp_path: Path, photographs: Path) -> None:
    run = kerasdl.train(resnet, **options(tmp_path, photographs), precision="mixed_bfloat16")
    data = run.environment["data"]
    assert data["class_names"] == ["poppy", "sky"]
    assert data["image_shape"] == [8, 8, 3]
    assert f"1 of 41 images left out: {photographs / 'sky' / 'broken.png'}" in data["reason"]
    assert run.result["step_milliseconds"] > 0
    assert run.result["input_wait_milliseconds"] >= 0
    assert "| training step |" in run.folder.report.read_text()
    assert run.export is not None
    predictor = predictor_for(ServedModel.from_saved_model(run.export))
    rows = predictor.rows([str(photographs / "poppy" / "1.png")])
    assert rows[0]["label"] in ("poppy", "sky")
    assert set(rows[0]["probabilities"]) == {"poppy", "sky"}


def test_an_unreadable_image_stops_a_strict_run(tmp_path: Path, photographs: Path) -> None:
    with pytest.raises(DataError, match=r"broken\.png is not an image that can be decoded"):
        kerasdl.train(resnet, **options(tmp_path, photographs), strict=True)
    assert not (tmp_path / "runs").exists()


def test_a_wrong_size(tmp_path: Path, photographs: Path) -> None:
    with pytest.raises(UserError, match="Invalid value for --image-size: 0"):
        kerasdl.train(resnet, **{**options(tmp_path, photographs), "image_size": 0})
