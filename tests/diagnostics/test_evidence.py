"""Bounds of models whose evidence can be computed by other means."""

import keras
import numpy as np
import pytest

from kerasdl.diagnostics import evidence_bounds, independent_pixels
from kerasdl.models import VariationalAutoencoder

PIXELS = 5
IMAGES = np.random.default_rng(0).choice(np.uint8([0, 255]), (7, 1, PIXELS, 1))
SLOPE = np.array([2.0, -1.0, 0.5, 3.0, 0.0])
OFFSET = np.array([0.3, -0.2, 1.0, 0.0, -2.0])


def one_dimensional(mean=0.2, log_variance=-0.5, slope=SLOPE):
    """p(x | z) has logits slope * z + offset; q(z | x) is one Gaussian for every image."""
    image = keras.Input((1, PIXELS, 1), dtype="uint8", name="image")
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))

    def constant(value, name):
        bias = keras.initializers.Constant(value)
        return keras.layers.Dense(1, kernel_initializer="zeros", bias_initializer=bias, name=name)

    outputs = {
        "mean": constant(mean, "mean")(flat),
        "log_variance": constant(log_variance, "log_variance")(flat),
    }
    latents = keras.Input((1,), name="latents")
    dense = keras.layers.Dense(PIXELS)
    logits = keras.layers.Reshape((1, PIXELS, 1))(dense(latents))
    dense.set_weights([slope[np.newaxis].astype("float32"), OFFSET.astype("float32")])
    return VariationalAutoencoder(keras.Model(image, outputs), keras.Model(latents, logits))


def log_likelihood(z, slope=SLOPE):
    """Of each image at each z, in float64."""
    logits = z[:, np.newaxis] * slope + OFFSET
    bits = IMAGES.reshape(len(IMAGES), 1, PIXELS) / 255
    return (bits * logits - np.logaddexp(0, logits)).sum(axis=-1)


def test_both_bounds_against_quadrature():
    z = np.linspace(-9, 9, 20_001)
    width = z[1] - z[0]
    prior = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    variance = np.exp(-0.5)
    posterior = np.exp(-((z - 0.2) ** 2) / (2 * variance)) / np.sqrt(2 * np.pi * variance)
    evidence = np.log((np.exp(log_likelihood(z)) * prior).sum(axis=1) * width)
    kl = (posterior * np.log(posterior / prior)).sum() * width
    bound = (log_likelihood(z) * posterior).sum(axis=1) * width - kl
    found = evidence_bounds(one_dimensional(), IMAGES, samples=20_000, batch_size=3)
    # 20,000 samples: the standard error of either is about 0.01.
    assert found["negative_elbo"] == pytest.approx(-bound.mean(), abs=0.05)
    assert found["importance_weighted"] == pytest.approx(-evidence.mean(), abs=0.05)
    assert -bound.mean() > -evidence.mean() + 0.1


def test_a_decoder_that_does_not_listen_gives_the_evidence_itself():
    model = one_dimensional(mean=0.0, log_variance=0.0, slope=0 * SLOPE)
    exact = -log_likelihood(np.zeros(1), 0 * SLOPE).mean()
    found = evidence_bounds(model, IMAGES, samples=3)
    assert found["negative_elbo"] == pytest.approx(exact, rel=1e-5)
    assert found["importance_weighted"] == pytest.approx(exact, rel=1e-5)


def test_result_is_a_function_of_the_seed():
    model = one_dimensional()
    first, same, other = (evidence_bounds(model, IMAGES, 2, seed=seed) for seed in (1, 1, 2))
    assert first == same != other


def test_grey_is_refused():
    with pytest.raises(ValueError, match="3 different values"):
        evidence_bounds(one_dimensional(), np.uint8([0, 7, 255, 0, 0]).reshape(1, 1, 5, 1))
    with pytest.raises(ValueError, match="samples=0"):
        evidence_bounds(one_dimensional(), IMAGES, samples=0)


def test_independent_pixels():
    train = np.uint8([[0, 255], [0, 255], [255, 255], [0, 0]])
    test = np.uint8([[0, 255], [255, 255]])
    # (1 + 1) / 6 and (3 + 1) / 6 of the pixels are white.
    expected = -(np.log(4 / 6) + np.log(4 / 6) + np.log(2 / 6) + np.log(4 / 6)) / 2
    assert independent_pixels(train, test) == pytest.approx(expected)
