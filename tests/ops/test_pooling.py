"""Spatial pyramid pooling against a NumPy loop."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import layers, ops


def pyramid_loop(images, levels, pooling):
    reduce = np.max if pooling == "max" else np.mean
    height, width, channels = images.shape[1:]
    rows = []
    for image in images:
        row = []
        for n in levels:
            for i in range(n):
                for j in range(n):
                    top, bottom = math.floor(i * height / n), math.ceil((i + 1) * height / n)
                    left, right = math.floor(j * width / n), math.ceil((j + 1) * width / n)
                    row += [reduce(image[top:bottom, left:right, c]) for c in range(channels)]
        rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (7, 5), (8, 8), (13, 9)])
@pytest.mark.parametrize("levels", [(1, 2, 4), (3,), (5, 1)])
@pytest.mark.parametrize("pooling", ["max", "average"])
def test_equals_the_loop(size, levels, pooling):
    images = np.random.default_rng(0).normal(size=(2, *size, 3))
    expected = pyramid_loop(images, levels, pooling)
    np.testing.assert_allclose(
        ops.spatial_pyramid_pool(images, levels, pooling), expected, rtol=1e-12
    )
    layer = layers.SpatialPyramidPooling(levels, pooling, dtype="float64")
    np.testing.assert_allclose(layer(images), expected, rtol=1e-12)
    assert layer.compute_output_shape((None, None, None, 3)) == (None, expected.shape[1])


def test_images_of_unknown_size():
    model = keras.Sequential([keras.Input((None, None, 3)), layers.SpatialPyramidPooling()])
    traced = tf.function(model, input_signature=[tf.TensorSpec((None, None, None, 3))])
    for size in ((4, 6), (11, 3)):
        images = np.random.default_rng(0).normal(size=(2, *size, 3)).astype("float32")
        np.testing.assert_allclose(
            traced(images), pyramid_loop(images, (1, 2, 4), "max"), rtol=1e-6
        )


def test_average_of_large_half_precision_images_is_finite():
    # 128 * 128 ones times 8: the sum would be infinite in float16.
    pooled = ops.spatial_pyramid_pool(np.full((1, 128, 128, 1), 8.0, "float16"), (1,), "average")
    assert keras.backend.standardize_dtype(pooled.dtype) == "float16"
    np.testing.assert_array_equal(pooled, [[8.0]])


@pytest.mark.parametrize("levels", [(), (0,), (1, -2), (1.5,)])
def test_bad_levels_are_refused(levels):
    with pytest.raises(ValueError, match=r"Received levels=.*integers of at least 1"):
        layers.SpatialPyramidPooling(levels)
    with pytest.raises(ValueError, match=r"Received levels=.*integers of at least 1"):
        ops.spatial_pyramid_pool(np.ones((1, 2, 2, 1)), levels)


def test_other_bad_input_is_refused():
    with pytest.raises(ValueError, match="pooling='sum'"):
        layers.SpatialPyramidPooling(pooling="sum")
    with pytest.raises(ValueError, match=r"shape \(1, 2, 2\)"):
        ops.spatial_pyramid_pool(np.ones((1, 2, 2)))
    with pytest.raises(ValueError, match=r"shape \(1, 0, 2, 1\).*empty"):
        ops.spatial_pyramid_pool(np.ones((1, 0, 2, 1)))
