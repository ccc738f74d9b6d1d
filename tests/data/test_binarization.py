import numpy as np
import pytest
import tensorflow as tf

from kerasdl.data import binarized_pairs

IMAGES = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


def test_threshold():
    inputs, targets = binarized_pairs("threshold")((IMAGES,), (1, 2))
    np.testing.assert_array_equal(inputs, np.where(IMAGES >= 128, 255, 0))
    np.testing.assert_array_equal(inputs, targets)


def test_stochastic_is_white_as_often_as_the_value_says():
    draws = 4000
    batch = np.repeat(IMAGES, draws, axis=0)
    inputs, targets = binarized_pairs("stochastic")((batch, None), (1, 2))
    np.testing.assert_array_equal(inputs, targets)
    assert inputs.dtype == tf.uint8
    white = (inputs.numpy() == 255).mean(axis=0)
    probability = IMAGES[0] / 255
    deviation = np.sqrt(probability * (1 - probability) / draws)
    # 256 frequencies, each within five standard deviations; black and white are certain.
    assert np.all(np.abs(white - probability) <= 5 * deviation)
    assert set(np.unique(inputs)) == {0, 255}


def test_stochastic_is_a_function_of_the_seed():
    pairs = binarized_pairs()
    first, same, other = (pairs((IMAGES,), seed)[0].numpy() for seed in [(1, 2), (1, 2), (1, 3)])
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_another_binarization_is_refused():
    with pytest.raises(ValueError, match=r"binarization='grey'"):
        binarized_pairs("grey")
