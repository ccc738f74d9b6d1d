"""Images move by the distances that are allowed, each by itself, reproducibly."""

import numpy as np
import pytest

from kerasdl.data import (
    DataError,
    compose,
    pipelines,
    random_crop,
    random_flip,
    random_shift,
    random_unknown,
)


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


@pytest.mark.parametrize("augmentation", [random_crop, random_shift])
def test_negative_distance(augmentation):
    with pytest.raises(ValueError, match="pixels must be 0 or more; received -1"):
        augmentation(-1)


def test_crops_are_those_of_the_mirrored_border():
    image = np.arange(1, 31, dtype=np.uint8).reshape(1, 5, 6, 1)
    padded = np.pad(image[0, :, :, 0], 3, mode="reflect")
    possible = [padded[y : y + 5, x : x + 6].tolist() for y in range(7) for x in range(7)]
    seen = set()
    for seed in range(40):
        (cut,) = random_crop(3)((image,), (seed, 0))
        seen.add(possible.index(cut.numpy()[0, :, :, 0].tolist()))
    # 40 draws from 49 crops: fewer than 15 different ones have a probability below 1e-6.
    assert len(seen) >= 15


def test_a_border_cannot_mirror_more_than_there_is():
    message = r"images of 5x5 cannot be widened by 5 mirrored pixels .* --crop with at most 4"
    with pytest.raises(DataError, match=message):
        random_crop(5)((dot(1, size=5),), (0, 0))
    with pytest.raises(DataError, match=message.replace("5x5", "7x5")):
        random_crop(5, (7, 5, 1))
    assert random_crop(4, (7, 5, 1))((dot(1, size=5),), (0, 0))[0].shape == (1, 5, 5, 1)


def test_half_of_the_images_are_mirrored_whole():
    count = 4000
    images = np.random.RandomState(0).randint(0, 256, (count, 4, 5, 3)).astype(np.uint8)
    flipped, labels = random_flip()((images, np.arange(count)), (3, 4))
    same = (flipped.numpy() == images).all(axis=(1, 2, 3))
    mirrored = (flipped.numpy() == images[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert abs(same.mean() - 0.5) < 5 * 0.5 / np.sqrt(count)
    assert labels.tolist() == list(range(count))


def test_composed_augmentations_follow_each_other_with_seeds_of_their_own():
    seeds = []

    def note(batch, seed):
        seeds.append(tuple(np.asarray(seed)))
        return batch

    images = np.random.RandomState(0).randint(0, 256, (8, 6, 6, 3)).astype(np.uint8)
    (both,) = compose(note, random_crop(2), note, random_flip())((images,), (1, 2))
    assert len(set(seeds)) == 2
    (again,) = compose(note, random_crop(2), note, random_flip())((images,), (1, 2))
    np.testing.assert_array_equal(both, again)
    assert seeds[:2] == seeds[2:]
    (other,) = compose(note, random_crop(2), note, random_flip())((images,), (1, 3))
    assert not np.array_equal(both, other)


def test_nothing_composed_changes_nothing():
    images = dot(2)
    (same,) = compose()((images,), (1, 2))
    assert same is images


def test_tokens_become_unknown_at_the_rate_and_padding_does_not():
    tokens = np.where(np.arange(100) < 60, 7, 0) * np.ones((100, 1), int)
    labels = np.arange(100)
    hidden, others = random_unknown(0.25, unknown=1)((tokens, labels), (1, 2))
    assert others is labels
    assert not hidden[:, 60:].numpy().any()
    assert set(np.unique(hidden[:, :60])) == {1, 7}
    # Binomial, 6,000 tokens: a standard deviation of 0.0056.
    assert abs(float((hidden[:, :60].numpy() == 1).mean()) - 0.25) < 5 * 0.0056
    np.testing.assert_array_equal(random_unknown(0, unknown=1)((tokens,), (1, 2))[0], tokens)


@pytest.mark.parametrize("rate", [-0.1, 1.0])
def test_a_rate_out_of_its_range(rate):
    with pytest.raises(ValueError, match=r"rate must be in \[0, 1\); received"):
        random_unknown(rate, unknown=1)
