"""Normalization of the last axis against NumPy, Keras and automatic differentiation."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import layer_normalize, rms_normalize

EPSILON = 0.1  # large enough to be seen in the results


def layer_norm(x, scale, offset):
    return layer_normalize(x, scale, offset, EPSILON)


def rms_norm(x, scale, offset):
    return rms_normalize(x, scale, EPSILON) + offset


def plain_layer_norm(x, scale, offset):
    """The same, to be differentiated by TensorFlow."""
    mean, variance = tf.nn.moments(x, -1, keepdims=True)
    return (x - mean) / tf.sqrt(variance + EPSILON) * scale + offset


def plain_rms_norm(x, scale, offset):
    square = tf.reduce_mean(x * x, -1, keepdims=True)
    return x / tf.sqrt(square + EPSILON) * scale + offset


PAIRS = [
    pytest.param(layer_norm, plain_layer_norm, id="layer_norm"),
    pytest.param(rms_norm, plain_rms_norm, id="rms_norm"),
]


def tensors():
    random = np.random.default_rng(0)
    return [tf.constant(random.normal(size=shape) + 1) for shape in [(2, 3, 5), (5,), (5,)]]


def gradients(function, order):
    """Value and gradients of a weighted sum, or those of the gradients' squared length."""
    values = tensors()
    weights = tf.constant(np.random.default_rng(1).normal(size=(2, 3, 5)))
    with tf.GradientTape() as outer:
        outer.watch(values)
        with tf.GradientTape() as inner:
            inner.watch(values)
            loss = tf.reduce_sum(weights * function(*values))
        first = inner.gradient(loss, values)
        length = tf.add_n([tf.reduce_sum(slope * slope) for slope in first])
    return (loss, first) if order == 1 else (length, outer.gradient(length, values[:2]))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("way", ["eager", "function", "xla"])
@pytest.mark.parametrize(("ours", "plain"), PAIRS)
def test_gradients_are_those_of_automatic_differentiation(ours, plain, way, order):
    def run():
        return gradients(ours, order)

    if way != "eager":
        run = tf.function(run, jit_compile=way == "xla", autograph=False)
    (value, slopes), (expected, expected_slopes) = run(), gradients(plain, order)
    np.testing.assert_allclose(value, expected, rtol=1e-12)
    for slope, other in zip(slopes, expected_slopes, strict=True):
        np.testing.assert_allclose(slope, other, rtol=1e-10, atol=1e-12)


def test_equals_keras():
    x, scale, offset = tensors()
    np.testing.assert_allclose(
        layer_normalize(x, scale, offset, EPSILON),
        keras.ops.layer_normalization(x, scale, offset, epsilon=EPSILON),
        rtol=1e-12,
    )
    np.testing.assert_allclose(
        rms_normalize(x, scale, EPSILON),
        keras.ops.rms_normalization(x, scale, epsilon=EPSILON),
        rtol=1e-12,
    )


def test_without_scale_and_offset_mean_and_variance_are_0_and_1():
    x, _, _ = tensors()
    normal = layer_normalize(x, epsilon=0.0).numpy()
    np.testing.assert_allclose(normal.mean(-1), 0, atol=1e-12)
    np.testing.assert_allclose(normal.var(-1), 1, rtol=1e-12)
    np.testing.assert_allclose((rms_normalize(x, epsilon=0.0).numpy() ** 2).mean(-1), 1)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_float32(dtype):
    # Squares of 1000 are beyond float16, and 1000 + 8 is rounded in bfloat16 only then.
    inputs = tf.constant([[1000.0, 1008.0, 1016.0]], dtype)
    normal = layer_normalize(inputs, tf.ones(3), tf.constant([0.0, 0.0, 1.0]))
    assert normal.dtype == dtype
    side = np.sqrt(1.5)  # (x - mean) / std of three values in a row
    np.testing.assert_allclose(tf.cast(normal, "float32"), [[-side, 0, side + 1]], rtol=4e-3)
    scaled = rms_normalize(inputs, tf.ones(3))
    assert scaled.dtype == dtype
    exact = np.array([1000, 1008, 1016]) / np.sqrt(np.mean([1000**2, 1008**2, 1016**2]))
    np.testing.assert_allclose(tf.cast(scaled, "float32")[0], exact, rtol=4e-3)


def test_a_constant_row_gives_the_offset_and_a_finite_gradient():
    x = tf.fill((1, 4), 3.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        normal = layer_normalize(x, tf.ones(4), tf.fill((4,), 2.0))
    np.testing.assert_array_equal(normal, np.full((1, 4), 2.0))
    assert np.isfinite(tape.gradient(normal, x)).all()
