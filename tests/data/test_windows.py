"""Windows on a text: which, in what order, and that all of it is measured."""

import itertools

import numpy as np
import pytest

from kerasdl.data.pipelines import ordered_batches, resident
from kerasdl.data.windows import all_windows, random_windows

TOKENS = resident(np.arange(103, dtype=np.uint8))


def starts(**options: int) -> list[list[int]]:
    arguments = {"length": 10, "batch_size": 3, "steps": 4, "seed": 5, "epoch": 0} | options
    return [inputs[:, 0].numpy().tolist() for inputs, _ in random_windows(TOKENS, **arguments)]


def test_targets_are_what_comes_next() -> None:
    for inputs, targets in random_windows(TOKENS, 10, 3, steps=2, seed=0, epoch=0):
        assert inputs.shape == targets.shape == (3, 10)
        assert inputs.dtype == targets.dtype == "int32"
        first = inputs.numpy()[:, :1]
        np.testing.assert_array_equal(inputs, first + np.arange(10))
        np.testing.assert_array_equal(targets, first + np.arange(1, 11))


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    whole = starts()
    assert starts() == whole
    assert starts(seed=6) != whole
    assert starts(epoch=1) != whole
    for first_step in range(1, 4):
        assert starts(first_step=first_step) == whole[first_step:]


@pytest.mark.parametrize("length", [1, 7, 10, 50, 102])
def test_windows_lie_inside_and_a_pass_sees_everything_once(length: int) -> None:
    epochs = [starts(length=length, epoch=epoch, steps=60) for epoch in range(3)]
    every = np.array(epochs).ravel()
    assert every.min() >= 0
    assert every.max() + length + 1 <= 103
    per_pass = max(1, 102 // length - 1)
    for begin in range(0, len(every) - per_pass + 1, per_pass):
        one_pass = np.sort(every[begin : begin + per_pass])
        assert (np.diff(one_pass) == length).all()


def test_every_place_is_a_start_sooner_or_later() -> None:
    seen = {start for batch in starts(steps=400) for start in batch}
    assert seen == set(range(93))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"length": 103}, "Received 103 tokens for batches of 3 windows of 103"),
        ({"batch_size": 0}, "Expected positive numbers"),
        ({"steps": 0}, "Expected positive numbers"),
        ({"epoch": -1}, "epoch must be 0 or more"),
        ({"first_step": 4}, r"first_step in \[0, 4\)"),
    ],
)
def test_what_cannot_be(options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        starts(**options)


@pytest.mark.parametrize(("count", "windows"), [(11, 1), (12, 2), (21, 2), (22, 3), (103, 11)])
def test_all_windows_count_every_target_once(count: int, windows: int) -> None:
    inputs, targets, weights = all_windows(np.arange(count, dtype=np.uint8), 10)
    assert inputs.shape == targets.shape == weights.shape == (windows, 10)
    np.testing.assert_array_equal(targets, inputs + 1)
    assert sorted(targets[weights > 0].tolist()) == list(range(1, count))
    assert len(set(weights[weights > 0].tolist())) == 1
    assert weights.mean() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("batch_size", [2, 3, 64])
def test_keras_measures_the_mean_over_the_tokens(batch_size: int) -> None:
    """A model that knows of no context, against counting the targets one by one."""
    import keras

    tokens = np.random.default_rng(0).integers(5, size=47)
    logits = np.random.default_rng(1).normal(size=(5, 5)).astype("float32")
    model = keras.Sequential([keras.Input((None,), dtype="int32"), keras.layers.Embedding(5, 5)])
    model.set_weights([logits])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    batches = ordered_batches(all_windows(tokens, 6), batch_size)
    found = model.evaluate(batches, verbose=0)
    exact = logits.astype("float64")
    losses = [
        np.log(np.exp(exact[before]).sum()) - exact[before, after]
        for before, after in itertools.pairwise(tokens)
    ]
    assert found == pytest.approx(np.mean(losses), rel=1e-6)
