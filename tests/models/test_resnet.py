"""Residual networks are those of the paper, and of torchvision."""

import keras
import numpy as np
import pytest

from kerasdl.layers import BottleneckBlock, ResidualBlock
from kerasdl.models import resnet


# torchvision counts 11,689,512 and 25,557,032 weights, and the moving statistics of 4,800 and
# 26,560 channels beside them.
@pytest.mark.parametrize(
    ("size", "count"),
    [("resnet18", 11_689_512 + 2 * 4_800), ("resnet50", 25_557_032 + 2 * 26_560)],
)
def test_large_sizes_have_as_many_weights_as_those_of_torchvision(size, count):
    model = resnet((64, 64, 3), 1000, size)
    assert model.count_params() == count
    # Strides of 2 in the stem, its pooling and three stages.
    assert model.get_layer("pooling").input.shape[1:3] == (2, 2)


@pytest.mark.parametrize("depth", [20, 32, 56])
def test_small_sizes_have_the_depth_that_they_are_called_by(depth):
    model = resnet((32, 32, 3), 10, f"resnet{depth}")
    blocks = [layer for layer in model.layers if isinstance(layer, ResidualBlock)]
    assert 2 + sum(len(block.convolutions) for block in blocks) == depth
    assert [block.filters for block in blocks] == sorted([16, 32, 64] * ((depth - 2) // 6))
    assert model.get_layer("pooling").input.shape == (None, 8, 8, 64)


def test_small_images_are_not_reduced_before_the_first_block():
    model = resnet((32, 32, 3), 10, "resnet50")
    assert isinstance(model.get_layer("stage_1_block_1"), BottleneckBlock)
    assert model.get_layer("pooling").input.shape == (None, 4, 4, 2048)


def test_interface():
    model = resnet((9, 7, 1), 3, name="mine")
    assert model.name == "mine"
    assert [tensor.name for tensor in model.inputs] == ["image"]
    assert model.inputs[0].dtype == "uint8"
    images = np.random.default_rng(0).integers(0, 256, (2, 9, 7, 1), dtype=np.uint8)
    logits = model(images)
    assert (logits.shape, logits.dtype) == ((2, 3), "float32")


def test_every_block_begins_as_the_identity():
    model = resnet((8, 8, 3), 3)
    before = keras.Model(model.input, model.get_layer("stem_relu").output)
    after = keras.Model(model.input, model.get_layer("stage_1_block_3").output)
    images = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    np.testing.assert_allclose(after(images), before(images), atol=1e-6)


def test_later_blocks_are_dropped_more():
    model = resnet((8, 8, 3), 3, drop_path_rate=0.4, seed=1)
    blocks = [layer for layer in model.layers if isinstance(layer, ResidualBlock)]
    np.testing.assert_allclose([block.drop_path_rate for block in blocks], np.linspace(0, 0.4, 9))
    assert len({block.seed for block in blocks}) == 9


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match="size='resnet21'"):
        resnet((32, 32, 3), 10, size="resnet21")
    with pytest.raises(ValueError, match=r"image_shape=\(32, 32\)"):
        resnet((32, 32), 10)
    with pytest.raises(ValueError, match="num_classes=1"):
        resnet((32, 32, 3), 1)
