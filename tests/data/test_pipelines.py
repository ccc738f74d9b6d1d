"""Batches: order, coverage, resume, static shapes, distribution."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.data import pipelines


def take(batches, count):
    return [tuple(part.numpy() for part in batch) for batch in batches.take(count)]


@pytest.fixture
def arrays():
    labels = np.arange(103)
    return np.repeat(labels[:, None], 4, axis=1).astype(np.uint8), labels


def test_an_epoch_takes_no_example_twice_and_keeps_examples_together(arrays):
    for epoch in range(3):
        batches = take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=epoch), -1)
        images, labels = (np.concatenate(part) for part in zip(*batches, strict=True))
        assert len(set(labels)) == 100
        np.testing.assert_array_equal(images[:, 0], labels)
        assert images.dtype == np.uint8


def test_every_example_comes_in_some_epoch(arrays):
    seen = [
        labels
        for epoch in range(20)
        for _, labels in take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=epoch), -1)
    ]
    assert set(np.concatenate(seen)) == set(range(103))


@pytest.mark.parametrize("first_step", [1, 5, 9])
def test_an_epoch_begun_in_the_middle_is_the_rest_of_the_whole(arrays, first_step):
    whole = take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=2), -1)
    batches = pipelines.epoch_batches(arrays, 10, seed=5, epoch=2, first_step=first_step)
    assert batches.cardinality() == 10 - first_step
    for (images, labels), (whole_images, whole_labels) in zip(
        take(batches, -1), whole[first_step:], strict=True
    ):
        np.testing.assert_array_equal(labels, whole_labels)
        np.testing.assert_array_equal(images, whole_images)


@pytest.mark.parametrize(("epoch", "first_step"), [(-1, 0), (0, 10), (0, -1)])
def test_an_epoch_or_step_out_of_range_is_named(arrays, epoch, first_step):
    message = rf"first_step in \[0, 10\); received epoch={epoch}, first_step={first_step}"
    with pytest.raises(ValueError, match=message):
        pipelines.epoch_batches(arrays, 10, 5, epoch, first_step)


def test_epochs_and_seeds_have_orders_of_their_own(arrays):
    def epoch_order(seed, epoch):
        batches = pipelines.epoch_batches(arrays, 103, seed, epoch)
        return tuple(take(batches, 1)[0][1])

    orders = {epoch_order(seed, epoch) for seed in (0, 1, 2**40) for epoch in range(4)}
    assert len(orders) == 12
    assert epoch_order(1, 2) == epoch_order(1, 2)


def test_successive_orders_are_uncorrelated_and_have_no_runs():
    count = 5000
    orders = [
        take(pipelines.epoch_batches((np.arange(count),), count, seed=0, epoch=epoch), 1)[0][0]
        for epoch in range(20)
    ]
    # A correlation of independent orders has the standard deviation 1 / sqrt(count - 1);
    # 5 of them bound 20 draws with a probability of error of 1e-5.
    for order, following in itertools.pairwise(orders):
        assert abs(np.corrcoef(order, following)[0, 1]) < 5 / np.sqrt(count - 1)
    # Neighbours that stay neighbours: Poisson with mean 2 in each order, 40 in 20 orders.
    neighbours = sum(int(np.sum(np.abs(np.diff(order)) == 1)) for order in orders)
    assert abs(neighbours - 40) < 5 * np.sqrt(40)


def test_shapes_are_static(arrays):
    batches = pipelines.epoch_batches(arrays, 10, seed=5, epoch=0)
    assert [tuple(spec.shape) for spec in batches.element_spec] == [(10, 4), (10,)]


def test_resident_tensors_are_not_copied_again(arrays):
    held = pipelines.resident(arrays)
    assert all(one is other for one, other in zip(held, pipelines.resident(held), strict=True))
    for (_, labels), (_, expected) in zip(
        take(pipelines.epoch_batches(held, 10, seed=5, epoch=0), -1),
        take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=0), -1),
        strict=True,
    ):
        np.testing.assert_array_equal(labels, expected)


def test_a_batch_is_no_larger_than_the_set():
    (labels,) = take(pipelines.epoch_batches((np.arange(7),), 32, seed=0, epoch=0), 1)[0]
    assert sorted(labels) == list(range(7))
    assert pipelines.steps_per_epoch(7, 32) == 1


def test_ordered_batches_give_every_example_once(arrays):
    batches = take(pipelines.ordered_batches(arrays, 10), -1)
    assert [len(labels) for _, labels in batches] == [10] * 10 + [3]
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in batches]), arrays[1])
    np.testing.assert_array_equal(np.concatenate([images for images, _ in batches]), arrays[0])


def test_a_mirrored_strategy_divides_a_batch_and_changes_nothing_else(arrays):
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    distributed = strategy.experimental_distribute_dataset(
        pipelines.epoch_batches(arrays, 10, seed=5, epoch=0)
    )
    expected = take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=0), -1)
    for (_, labels), (_, expected_labels) in zip(distributed, expected, strict=True):
        local = tf.concat(strategy.experimental_local_results(labels), axis=0)
        np.testing.assert_array_equal(local.numpy(), expected_labels)


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_keras_fits_and_sees_the_documented_order(arrays, steps_per_execution):
    import keras

    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, kernel_initializer="ones")])
    # With a step size of zero, the mean of the losses tells which batches were seen.
    model.compile(
        keras.optimizers.SGD(0.0), "mae", steps_per_execution=steps_per_execution, jit_compile=False
    )
    targets = (arrays[0], np.zeros(103, np.float32))
    for epoch in range(2):
        batches = pipelines.epoch_batches(targets, 10, seed=5, epoch=epoch)
        history = model.fit(batches, shuffle=False, verbose=0).history
        seen = take(pipelines.epoch_batches(arrays, 10, seed=5, epoch=epoch), -1)
        expected = 4 * np.mean([labels for _, labels in seen])
        np.testing.assert_allclose(history["loss"], [expected], rtol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size must be 1 or more; received 0"),
        ({"arrays": (np.zeros(3), np.zeros(2))}, r"same number of examples.*\[3, 2\]"),
        ({"arrays": (np.zeros(0),)}, r"at least one; received \[0\]"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    defaults = {"arrays": (np.arange(6),), "batch_size": 2, "seed": 0, "epoch": 0}
    with pytest.raises(ValueError, match=message):
        pipelines.epoch_batches(**defaults | arguments)
