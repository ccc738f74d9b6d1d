"""The recipe `vit` is what its page says, and does what every recipe does."""

from typing import get_args

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.cli import recipes
from kerasdl.data import DataError, ImageData
from kerasdl.recipes import vit


@pytest.fixture(scope="module")
def data() -> ImageData:
    return vit.load_data(vit.Config(data="digits"))


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


def test_patches_must_fill_the_images(data: ImageData) -> None:
    with pytest.raises(DataError, match="28x28 cannot be cut into patches of 5x5"):
        vit.build_model(vit.Config(patch_size=5), data)
