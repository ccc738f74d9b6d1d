"""Generated examples: what a step sees is a function of seed, epoch and step."""

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.data import DataInfo, GeneratedData
from kerasdl.data.pipelines import generated_batches


def generate(count, seed):
    numbers = tf.random.stateless_uniform([count, 2], seed)
    return numbers, {"sum": tf.reduce_sum(numbers, axis=1)}


def batches(**options):
    found = generated_batches(generate, **{"num_examples": 23, "batch_size": 5, **options})
    return [numbers.numpy() for numbers, _ in found]


def data(seed=0):
    counts = {"train": 8, "validation": 3, "test": 4}
    info = DataInfo("sums", "sums", "Generated.", "generated", "1", counts)
    return GeneratedData(info, generate, seed, {"hint.txt": "Add up."})


def test_an_epoch_goes_on_at_any_step():
    whole = batches(seed=1, epoch=2)
    assert [batch.shape for batch in whole] == [(5, 2)] * 4
    for step in range(4):
        rest = batches(seed=1, epoch=2, first_step=step)
        np.testing.assert_array_equal(rest, whole[step:])


def test_seeds_epochs_and_steps_have_examples_of_their_own():
    found = [
        batch for seed in (0, 1) for epoch in (0, 1) for batch in batches(seed=seed, epoch=epoch)
    ]
    assert len(np.unique(np.concatenate(found), axis=0)) == 2 * 2 * 20


def test_batches_have_a_static_size_and_a_known_number():
    found = generated_batches(generate, 3, 64, seed=0, epoch=0)
    assert found.cardinality() == 1
    assert found.element_spec[0].shape == (3, 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epoch": -1}, r"epoch must be 0 or more and first_step in \[0, 4\); received epoch=-1"),
        ({"first_step": 4}, r"received epoch=0, first_step=4"),
        ({"batch_size": 0}, "batch_size must be 1 or more; received 0"),
    ],
)
def test_what_cannot_be(options, message):
    with pytest.raises(ValueError, match=message):
        batches(**{"seed": 0, "epoch": 0, **options})


def test_splits_are_made_once_and_the_test_is_everybodys(tmp_path):
    one, other = data(seed=1), data(seed=2)
    for split, count in one.info.counts.items():
        numbers, targets = one.arrays(split)
        assert numbers.shape == (count, 2)
        np.testing.assert_array_equal(numbers, one.arrays(split)[0])
        np.testing.assert_allclose(targets["sum"], numbers.sum(axis=1))
        same = np.array_equal(numbers, other.arrays(split)[0])
        assert same == (split == "test")
    assert one.steps_per_epoch(3) == len(list(one.epoch_batches(3, seed=1, epoch=0))) == 2
    (batch,) = one.test_batches(64)
    np.testing.assert_array_equal(batch[0], one.arrays("test")[0])
    one.write_samples(tmp_path / "samples")
    assert (tmp_path / "samples" / "hint.txt").read_text() == "Add up."
