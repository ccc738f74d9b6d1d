"""GELU against the error function and automatic differentiation."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import gelu

POINTS = np.concatenate([np.linspace(-6, 6, 49), [-30.0, 30.0]])


def slopes(function, order):
    x = tf.constant(POINTS)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        first = inner.gradient(y, x)
    return first if order == 1 else outer.gradient(first, x)


def test_equals_the_definition():
    expected = [x * 0.5 * math.erfc(-x / math.sqrt(2)) for x in POINTS]
    np.testing.assert_allclose(gelu(POINTS), expected, rtol=1e-12)


@pytest.mark.parametrize("way", ["eager", "function", "xla"])
def test_gradients_equal_the_closed_forms(way):
    def run(order):
        return slopes(gelu, order)

    if way != "eager":
        run = tf.function(run, jit_compile=way == "xla", autograph=False)
    density = np.exp(-(POINTS**2) / 2) / np.sqrt(2 * np.pi)
    probability = np.array([0.5 * math.erfc(-x / math.sqrt(2)) for x in POINTS])
    np.testing.assert_allclose(run(1), probability + POINTS * density, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(run(2), (2 - POINTS**2) * density, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_is_as_exact_as_keras(dtype):
    x = tf.constant(POINTS, dtype)
    outputs = gelu(x)
    assert outputs.dtype == dtype
    tolerance = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 1e-5}[dtype]
    expected = keras.activations.gelu(tf.cast(x, "float64"))
    np.testing.assert_allclose(tf.cast(outputs, "float64"), expected, rtol=tolerance, atol=1e-3)


def test_large_numbers_have_finite_gradients():
    x = tf.constant([-60000.0, 60000.0], "float16")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = gelu(x)
    np.testing.assert_array_equal(tape.gradient(y, x), [0.0, 1.0])
