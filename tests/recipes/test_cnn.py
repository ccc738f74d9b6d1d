"""The recipe `cnn` is what its page says."""

import pytest

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
