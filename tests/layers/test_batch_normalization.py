"""Batch normalization is Keras's, in one operation or not."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.layers import BatchNormalization

SETTINGS = {"momentum": 0.8, "epsilon": 1e-3}


def pair(dtype="float32", shape=(6, 5, 4, 7), **settings):
    """kerasdl's layer and Keras's, with the same weights."""
    generator = np.random.default_rng(0)
    layers = [
        kind(**SETTINGS, **settings, dtype=dtype)
        for kind in (BatchNormalization, keras.layers.BatchNormalization)
    ]
    for layer in layers:
        layer.build((None, *shape[1:]))
    values = [generator.uniform(0.5, 2, weight.shape) for weight in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(values)
    images = generator.normal(2, 3, shape)
    return *layers, tf.cast(images, layers[0].compute_dtype)


def step(layer, images, **arguments):
    """Outputs, gradients and moving statistics of a step of training."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        outputs = layer(images, training=True, **arguments)
        total = tf.reduce_sum(tf.sin(1.3 * tf.cast(outputs, "float32")))
    weights = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(total, [images, *weights])
    moving = [weight.value for weight in layer.non_trainable_weights]
    return [tf.cast(value, "float32").numpy() for value in (outputs, *gradients, *moving)]


# Of values up to some tens; in 16 bits both round the outputs once, from float32.
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [("float32", 1e-4), ("mixed_bfloat16", 0.05), ("mixed_float16", 0.01), ("float64", 1e-4)],
)
def test_a_step_is_keras_step(dtype, tolerance):
    ours, theirs, images = pair(dtype)
    for one, other in zip(step(ours, images), step(theirs, images), strict=True):
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(ours(images), theirs(images), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("settings", [{"scale": False}, {"center": False}, {"axis": 3}])
def test_without_scale_or_offset(settings):
    ours, theirs, images = pair(**settings)
    for one, other in zip(step(ours, images), step(theirs, images), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def is_fused(layer, images, **arguments):
    function = tf.function(lambda x: layer(x, **{"training": True, **arguments}))
    operations = function.get_concrete_function(images).graph.get_operations()
    return any(operation.type == "FusedBatchNormV3" for operation in operations)


def test_it_is_one_operation_in_training():
    ours, theirs, images = pair()
    assert is_fused(ours, images)
    assert not is_fused(theirs, images)


@pytest.mark.parametrize(
    ("shape", "settings", "arguments"),
    [
        ((6, 5, 4, 7), {}, {"training": False}),
        ((6, 5, 4, 7), {}, {"mask": np.arange(120).reshape(6, 5, 4) % 3 > 0}),
        ((6, 5, 4, 7), {"axis": 1}, {}),
        ((6, 5, 4, 7), {"dtype": "float64"}, {}),
        ((6, 5, 4, 7), {"renorm": True}, {}),
        ((6, 5, 4, 7), {"trainable": False}, {}),
        ((6, 7), {}, {}),
    ],
)
def test_anything_else_is_keras_own(shape, settings, arguments):
    ours, theirs, images = pair(shape=shape, **settings)
    assert not is_fused(ours, images, **arguments)
    arguments = {"training": True, **arguments}
    np.testing.assert_array_equal(ours(images, **arguments), theirs(images, **arguments))


def test_one_pixel_has_no_variance():
    layer = BatchNormalization()
    outputs = layer(np.full((1, 1, 1, 2), 3.0, "float32"), training=True)
    np.testing.assert_array_equal(outputs, np.zeros((1, 1, 1, 2)))
    np.testing.assert_allclose(layer.moving_variance, [0.9, 0.9])
