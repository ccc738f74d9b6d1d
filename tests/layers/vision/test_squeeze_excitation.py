"""SqueezeExcitation against NumPy."""

import keras
import numpy as np
import pytest

from kerasdl import layers


def test_equals_numpy():
    images = np.random.default_rng(0).normal(size=(2, 5, 3, 8)).astype("float32")
    layer = layers.SqueezeExcitation(ratio=0.25)
    layer.build(images.shape)
    generator = np.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(generator.normal(size=weight.shape))
    first, first_bias, second, second_bias = (np.asarray(w, "float64") for w in layer.weights)
    means = images.astype("float64").mean(axis=(1, 2))
    hidden = np.maximum(means @ first + first_bias, 0)
    gates = 1 / (1 + np.exp(-(hidden @ second + second_bias)))
    np.testing.assert_allclose(layer(images), images * gates[:, None, None], rtol=1e-4)


@pytest.mark.parametrize(
    ("channels", "ratio", "hidden"), [(32, 1 / 16, 2), (8, 1 / 16, 1), (24, 0.25 / 6, 1)]
)
def test_hidden_width(channels, ratio, hidden):
    layer = layers.SqueezeExcitation(ratio)
    layer.build((None, None, None, channels))
    assert layer.squeeze.units == hidden


def test_means_of_large_half_precision_images_are_finite():
    # 128 * 128 ones times 8: the sum would be infinite in float16.
    layer = layers.SqueezeExcitation(dtype="mixed_float16")
    outputs = layer(np.full((1, 128, 128, 2), 8.0, "float16"))
    assert keras.backend.standardize_dtype(outputs.dtype) == "float16"
    assert np.all(np.isfinite(outputs))
