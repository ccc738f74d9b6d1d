import keras
import numpy as np
import pytest

from kerasdl.diagnostics import decode_images, interpolate, latent_plane, widest_axes


def test_plane_has_equal_probability_between_its_lines():
    from scipy.stats import norm

    points = latent_plane(5, np.array([9.0, 8.0, 7.0]), axes=(2, 0))
    assert points.shape == (5, 5, 3)
    assert points.dtype == np.float32
    np.testing.assert_allclose(norm.cdf(points[:, 0, 2]), [0.1, 0.3, 0.5, 0.7, 0.9], rtol=1e-5)
    np.testing.assert_array_equal(points[:, 0, 2], points[0, :, 0])
    np.testing.assert_array_equal(points[..., 1], 8)


def test_plane_of_one_dimension_is_a_line():
    points = latent_plane(3, np.zeros(1), axes=(0, 0))
    np.testing.assert_array_equal(points[:, 0], points[:, 2])
    with pytest.raises(ValueError, match="size=0"):
        latent_plane(0, np.zeros(2))


def test_interpolation_has_both_ends():
    start, end = np.random.default_rng(0).normal(size=(2, 4, 3))
    points = interpolate(start, end, 5)
    assert points.shape == (4, 5, 3)
    np.testing.assert_array_equal(points[:, 0], start)
    np.testing.assert_array_equal(points[:, -1], end)
    np.testing.assert_allclose(points[:, 2], (start + end) / 2)


def test_decoding_keeps_the_arrangement():
    inputs = keras.Input((2,))
    decoder = keras.Model(inputs, keras.layers.Reshape((2, 1, 1))(inputs))
    latents = np.random.default_rng(0).normal(size=(3, 4, 2))
    images = decode_images(decoder, latents)
    assert images.shape == (3, 4, 2, 1, 1)
    np.testing.assert_allclose(images[..., 0, 0], 1 / (1 + np.exp(-latents)), rtol=1e-5)


def test_widest_axes_of_one_dimension():
    assert widest_axes(np.zeros((3, 1))) == (0, 0)
