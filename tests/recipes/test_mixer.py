"""The recipe `mixer` is what its page says, and does what every recipe does."""

from typing import get_args

import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import DataError, ImageData
from kerasdl.recipes import mixer


@pytest.fixture(scope="module")
def data() -> ImageData:
    return mixer.load_data(mixer.Config(data="digits"))


def test_model_is_the_one_that_is_claimed(data: ImageData) -> None:
    model = mixer.build_model(mixer.Config(), data)
    claim = recipes.facts("mixer")["model"]
    size = kerasdl.models.MIXER_SIZES[mixer.Config().model]
    assert f"{model.count_params():,} parameters" in claim
    assert f"{size.depth} blocks, {size.width} wide" in claim


def test_sizes_are_those_of_the_model() -> None:
    names = get_args(mixer.Config.model_fields["model"].annotation)
    assert names == tuple(kerasdl.models.MIXER_SIZES)


def test_what_is_optimised(data: ImageData) -> None:
    config = mixer.Config(epochs=7, learning_rate=0.004, weight_decay=0.3, batch_size=64)
    model = mixer.build_model(config, data)
    schedule = model.optimizer._learning_rate
    assert schedule.max_learning_rate == 0.004
    assert schedule.total_steps == 7 * data.steps_per_epoch(64)
    assert model.optimizer.weight_decay == 0.3
    model.optimizer.build(model.trainable_variables)
    decayed = {
        variable.path
        for variable in model.trainable_variables
        if model.optimizer._use_weight_decay(variable)
    }
    assert decayed == {v.path for v in model.trainable_variables if v.path.endswith("/kernel")}
    assert len(decayed) == 1 + 4 * 4 + 1  # patches; four blocks; logits


def test_picture_shows_the_weights_of_the_patches(data: ImageData) -> None:
    config = mixer.Config(data="digits", patch_size=7)
    model = mixer.build_model(config, data)
    figure = mixer.pictures(config, model, data)["mixing.png"]
    kernel = np.asarray(model.get_layer("block_1").token_mixing.hidden_dense.kernel)
    drawn = np.stack([axes.images[0].get_array() for axes in figure.axes])
    assert drawn.shape == (40, 4, 4)
    units = kernel.T[:40].reshape(40, 4, 4)
    expected = (units - units.min()) / (units.max() - units.min())
    np.testing.assert_allclose(drawn, expected, rtol=1e-6)


def test_patches_must_fill_the_images(data: ImageData) -> None:
    with pytest.raises(DataError, match="28x28 cannot be cut into patches of 5x5"):
        mixer.build_model(mixer.Config(patch_size=5), data)
