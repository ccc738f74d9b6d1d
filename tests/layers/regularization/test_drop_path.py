"""DropPath: per example, all or nothing, expectation unchanged."""

import numpy as np
import pytest

from kerasdl import layers


def test_inference_changes_nothing():
    inputs = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    np.testing.assert_array_equal(layers.DropPath(0.5)(inputs), inputs)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_each_example_is_zero_or_scaled(rate):
    count = 20_000
    inputs = np.random.default_rng(0).normal(size=(count, 2, 3)).astype("float32")
    outputs = np.asarray(layers.DropPath(rate, seed=1)(inputs, training=True))
    dropped = np.all(outputs == 0, axis=(1, 2))
    np.testing.assert_allclose(outputs[~dropped], inputs[~dropped] / (1 - rate), rtol=1e-6)
    # Five standard errors of a binomial share.
    assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / count)


def test_draws_anew_and_reproducibly():
    inputs = np.ones((64, 1), "float32")
    layer, twin = layers.DropPath(0.5, seed=1), layers.DropPath(0.5, seed=1)
    first = np.asarray(layer(inputs, training=True))
    np.testing.assert_array_equal(twin(inputs, training=True), first)
    assert not np.array_equal(layer(inputs, training=True), first)


def test_rate_zero_changes_nothing():
    inputs = np.ones((8, 1), "float32")
    np.testing.assert_array_equal(layers.DropPath(0.0)(inputs, training=True), inputs)


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, "half", None])
def test_bad_rates_are_refused(rate):
    with pytest.raises(ValueError, match=r"rate=.*\[0, 1\)"):
        layers.DropPath(rate)
