"""Images move by the distances that are allowed, each by itself, reproducibly."""

import numpy as np
import pytest

from kerasdl.data import pipelines, random_shift


def dot(count, size=9):
    images = np.zeros((count, size, size, 1), np.uint8)
    images[:, size // 2, size // 2] = 1
    return images


def places(images):
    return np.argwhere(np.asarray(images)[..., 0])[:, 1:] - 4


def test_every_distance_is_as_likely_as_every_other():
    count = 9000
    (moved,) = random_shift(1)((dot(count),), (1, 2))
    seen, times = np.unique(places(moved), axis=0, return_counts=True)
    assert seen.tolist() == [[y, x] for y in (-1, 0, 1) for x in (-1, 0, 1)]
    # Binomial counts of mean 1000 and standard deviation 29.8.
    assert np.abs(times - count / 9).max() < 5 * np.sqrt(count * (1 / 9) * (8 / 9))


def test_what_comes_in_is_zero_and_the_rest_is_moved_as_it_was():
    image = np.arange(1, 26, dtype=np.uint8).reshape(1, 5, 5, 1)
    padded = np.pad(image[0, :, :, 0], 2)
    possible = [padded[y : y + 5, x : x + 5].tolist() for y in range(5) for x in range(5)]
    for seed in range(20):
        (moved,) = random_shift(2)((image,), (seed, 0))
        assert moved.dtype == "uint8"
        assert moved.numpy()[0, :, :, 0].tolist() in possible


def test_labels_stay_and_zero_pixels_change_nothing():
    labels = np.arange(3)
    images, others = random_shift(0)((dot(3), labels), (1, 2))
    np.testing.assert_array_equal(images, dot(3))
    assert others is labels


def test_batches_are_a_function_of_seed_epoch_and_step():
    arrays = (dot(20), np.arange(20))

    def epoch(seed, number, first_step=0):
        batches = pipelines.epoch_batches(arrays, 5, seed, number, first_step, random_shift(2))
        return [places(images).tolist() for images, _ in batches]

    whole = epoch(0, 1)
    assert epoch(0, 1) == whole
    assert epoch(0, 1, first_step=2) == whole[2:]
    assert len({str(batch) for batch in [*whole, *epoch(0, 2), *epoch(1, 1)]}) == 12


def test_negative_distance():
    with pytest.raises(ValueError, match="pixels must be 0 or more; received -1"):
        random_shift(-1)
