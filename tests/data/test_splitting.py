"""Carving is a pure function of the seed, and loses nothing."""

import numpy as np
import pytest

from kerasdl.data import LabelledImages
from kerasdl.data.splitting import (
    carve,
    random_order,
    random_stream,
    stratified_part,
    stratified_split,
)


def numbered(count):
    return LabelledImages(np.zeros((count, 1, 1, 1), np.uint8), np.arange(count))


@pytest.mark.parametrize(
    ("count", "fraction", "carved"), [(100, 0.1, 10), (5, 0.01, 1), (5, 0.99, 4), (2, 0.5, 1)]
)
def test_the_parts_make_up_the_whole(count, fraction, carved):
    rest, part = carve(numbered(count), fraction, seed=3)
    assert len(part) == carved
    assert sorted([*rest.labels, *part.labels]) == list(range(count))
    assert all(np.diff(rest.labels) > 0)
    assert all(np.diff(part.labels) > 0)


def test_every_class_gives_its_share():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 2, 3, 5], [40, 20, 3, 1]))
    examples = LabelledImages(np.arange(64, dtype=np.uint8).reshape(-1, 1, 1, 1), labels)
    parts = {seed: carve(examples, 0.1, seed, by_class=True) for seed in (1, 2)}
    for rest, part in parts.values():
        assert np.bincount(part.labels).tolist() == [4, 0, 2, 1]
        assert np.bincount(rest.labels).tolist() == [36, 0, 18, 2, 0, 1]
        for some in (rest, part):
            places = some.images.ravel()
            assert (np.diff(places.astype(int)) > 0).all()
            np.testing.assert_array_equal(some.labels, labels[places])
        assert sorted([*rest.images.ravel(), *part.images.ravel()]) == list(range(64))
    assert not np.array_equal(parts[1][1].images, parts[2][1].images)
    again = carve(examples, 0.1, 1, by_class=True)[1]
    np.testing.assert_array_equal(parts[1][1].images, again.images)


def test_the_seed_alone_decides():
    parts = {seed: tuple(carve(numbered(50), 0.2, seed)[1].labels) for seed in (0, 1, 2**50)}
    assert len(set(parts.values())) == 3
    assert parts[1] == tuple(carve(numbered(50), 0.2, 1)[1].labels)


def test_the_stream_is_the_frozen_one_of_numpy():
    # NEP 19 freezes RandomState: this order must never change, or splits would.
    generator = np.random.RandomState(np.random.MT19937(np.random.SeedSequence([7, 1])))
    assert random_order(20, 7, 1).tolist() == generator.permutation(20).tolist()


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.5])
def test_a_fraction_outside_of_0_to_1_is_refused(fraction):
    with pytest.raises(ValueError, match=f"between 0 and 1; received {fraction}"):
        carve(numbered(10), fraction, seed=0)


def test_a_single_example_cannot_be_divided():
    with pytest.raises(ValueError, match=r"two examples or more.*received 1"):
        carve(numbered(1), 0.5, seed=0)


def test_a_stratified_split_shares_every_class_out():
    labels = np.repeat([0, 1, 2], [100, 20, 3])
    parts = stratified_split(labels, seed=3)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(123))
    assert np.bincount(labels[parts["test"]]).tolist() == [15, 3, 1]
    assert np.bincount(labels[parts["validation"]]).tolist() == [15, 3, 1]
    assert all((np.diff(part) > 0).all() for part in parts.values())
    other = stratified_split(labels, seed=4)
    np.testing.assert_array_equal(parts["test"], other["test"])
    assert not np.array_equal(parts["validation"], other["validation"])


def test_streams_of_different_seeds_differ():
    first, again, other = (random_stream(*seed).rand(9) for seed in [(1, 2), (1, 2), (2, 1)])
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_stratified_part_has_its_share_of_every_class():
    labels = np.repeat([0, 1, 2], [100, 20, 1])
    chosen = stratified_part(labels, 0.15, seed=3)
    assert np.bincount(labels[chosen]).tolist() == [15, 3]
    np.testing.assert_array_equal(chosen, stratified_part(labels, 0.15, seed=3))
    assert not np.array_equal(chosen, stratified_part(labels, 0.15, seed=4))


def test_a_part_may_be_chosen_among_what_is_left():
    labels = np.repeat([0, 1, 2], [100, 20, 3])
    first = stratified_part(labels, 0.4, seed=3)
    second = stratified_part(labels, 0.4, seed=3, stream=1, among=~first)
    assert not (first & second).any()
    # The share is one of the whole class.
    assert np.bincount(labels[second]).tolist() == [40, 8, 1]
    alone = stratified_part(labels, 0.4, seed=3, stream=1)
    assert not np.array_equal(alone, first)
