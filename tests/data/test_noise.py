import numpy as np
import pytest

from kerasdl.data import noisy_pairs

IMAGES = np.full((50, 20, 20, 1), 128, np.uint8)


def test_no_noise_is_the_image_itself():
    inputs, targets = noisy_pairs()((IMAGES, None), (1, 2))
    np.testing.assert_array_equal(inputs, IMAGES)
    np.testing.assert_allclose(targets, IMAGES / 255, rtol=1e-6)
    assert targets.dtype.name == "float32"


def test_noise_has_the_deviation_that_is_asked_for():
    inputs, targets = noisy_pairs(0.1)((IMAGES,), (1, 2))
    assert inputs.dtype.name == "uint8"
    difference = inputs.numpy() / 255 - targets.numpy()
    # 20,000 draws: standard errors of mean and deviation are 0.1 / sqrt(n) and 0.1 / sqrt(2 n).
    assert abs(difference.mean()) < 5 * 0.1 / np.sqrt(20_000)
    assert difference.std() == pytest.approx(0.1, abs=5 * 0.1 / np.sqrt(40_000))


def test_noise_is_cut_to_what_an_image_can_hold():
    images = np.repeat(np.uint8([0, 255]), 200).reshape(4, 10, 10, 1)
    inputs = noisy_pairs(0.5)((images,), (1, 2))[0].numpy()
    assert inputs.min() == 0
    assert inputs.max() == 255
    # Half of the noise points outwards, and is cut.
    assert 0.4 < (inputs == images).mean() < 0.6


def test_noise_is_a_function_of_the_seed():
    pairs = noisy_pairs(0.3)
    first, same, other = (pairs((IMAGES,), seed)[0].numpy() for seed in [(1, 2), (1, 2), (1, 3)])
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def test_negative_noise_is_refused():
    with pytest.raises(ValueError, match=r"noise=-0\.1"):
        noisy_pairs(-0.1)
