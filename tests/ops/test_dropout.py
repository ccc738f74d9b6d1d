import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import dropout, keep_mask


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5, 0.9])
def test_kept_elements_are_scaled_by_exactly_one_over_the_keep_probability(rate):
    inputs = np.random.default_rng(0).normal(size=(50, 60))
    outputs = dropout(inputs, rate, seed=1).numpy()
    keep = keep_mask((50, 60), rate, 1).numpy()
    np.testing.assert_allclose(outputs, np.where(keep, inputs / (1 - rate), 0), rtol=1e-15)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_dtype_is_kept_and_the_product_rounded_once(dtype):
    inputs = tf.cast(tf.random.stateless_normal((1000,), seed=(1, 2)), dtype)
    outputs = dropout(inputs, 0.3, seed=1)
    assert outputs.dtype == dtype
    keep = keep_mask((1000,), 0.3, 1)
    wide = "float64" if dtype == "float64" else "float32"
    expected = tf.cast(tf.cast(inputs, wide) * (1 / 0.7), dtype)
    np.testing.assert_array_equal(outputs, tf.where(keep, expected, tf.zeros((), dtype)))


def test_gradient_is_the_same_mask():
    generator = keras.random.SeedGenerator(1)

    @tf.function
    def outputs_and_gradient(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = dropout(inputs, 0.4, generator)
        return outputs, tape.gradient(outputs, inputs)

    for _ in range(2):
        outputs, gradient = outputs_and_gradient(tf.ones((40, 50)))
        assert 0 < np.mean(outputs == 0) < 1
        np.testing.assert_array_equal(outputs, gradient)


def test_dropped_inf_and_nan_are_zero_with_zero_gradient():
    keep = keep_mask((2, 100), 0.5, 1).numpy()
    inputs = tf.where(keep, 1.0, tf.constant([[np.inf], [np.nan]], tf.float32))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = dropout(inputs, 0.5, seed=1)
    expected = np.where(keep, 2, 0)
    np.testing.assert_array_equal(outputs, expected)
    np.testing.assert_array_equal(tape.gradient(outputs, inputs), expected)


@pytest.mark.parametrize(
    ("noise_shape", "axes"),
    [((None, 1, None), (1,)), ((4, 1, 1), (1, 2)), ((1, 1, 1), (0, 1, 2)), ((4, 5, 6), ())],
)
def test_noise_shape_drops_along_its_ones_together(noise_shape, axes):
    outputs = dropout(tf.ones((4, 5, 6)), 0.5, 3, noise_shape).numpy()
    np.testing.assert_array_equal(
        outputs, np.broadcast_to(outputs.max(axes, keepdims=True), outputs.shape)
    )
    assert set(outputs.flat) <= {0.0, 2.0}
    mask_shape = tuple(1 if axis in axes else size for axis, size in enumerate((4, 5, 6)))
    keep = keep_mask(mask_shape, 0.5, 3).numpy()
    np.testing.assert_array_equal(outputs > 0, np.broadcast_to(keep, outputs.shape))


@pytest.mark.parametrize("compiled", [False, True])
def test_same_result_under_a_graph_with_dynamic_batch(compiled):
    @tf.function(jit_compile=compiled, input_signature=[tf.TensorSpec([None, 6])])
    def in_graph(inputs):
        return dropout(inputs, 0.5, 3, (None, 1)) + dropout(inputs, 0.5, 4)

    inputs = tf.ones((8, 6))
    np.testing.assert_array_equal(
        in_graph(inputs), dropout(inputs, 0.5, 3, (None, 1)) + dropout(inputs, 0.5, 4)
    )


def test_rate_zero_returns_the_inputs_and_consumes_no_randomness():
    generator = keras.random.SeedGenerator(1)
    inputs = tf.random.stateless_normal((5, 6), seed=(1, 2))
    np.testing.assert_array_equal(dropout(inputs, 0.0, generator), inputs)
    np.testing.assert_array_equal(generator.state, [1, 0])


@pytest.mark.parametrize("rate", [-0.1, 1, 1.0, 2, float("nan"), "0.5", None])
def test_rate_outside_its_range(rate):
    with pytest.raises(ValueError, match=r"rate=.*\[0, 1\)"):
        dropout(np.ones((2, 3), "float32"), rate, seed=1)


def test_integer_inputs():
    with pytest.raises(ValueError, match=r"needs floating-point inputs.*dtype int32"):
        dropout(np.ones((2, 3), "int32"), 0.5, seed=1)


def test_noise_shape_of_another_rank():
    with pytest.raises(ValueError, match=r"one entry for each dimension.*noise_shape=\(None,\)"):
        dropout(np.ones((2, 3), "float32"), 0.5, 1, noise_shape=(None,))


def test_noise_shape_of_another_size():
    with pytest.raises(ValueError, match=r"None, 1, or the size.*noise_shape=\(2, 4\)"):
        dropout(np.ones((2, 3), "float32"), 0.5, 1, noise_shape=(2, 4))
