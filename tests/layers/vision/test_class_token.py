"""ClassToken: one learned position in front, never masked."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import layers


def test_puts_the_token_in_front():
    inputs = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
    layer = layers.ClassToken(initializer="random_normal")
    outputs = np.asarray(layer(inputs))
    np.testing.assert_array_equal(outputs[:, 1:], inputs)
    np.testing.assert_array_equal(outputs[:, 0], np.repeat(layer.token[0], 3, axis=0))
    assert layer.compute_output_shape((None, None, 5)) == (None, None, 5)
    assert layer.compute_output_shape((3, 4, 5)) == (3, 5, 5)


def test_mask_grows_with_the_sequence():
    tokens = np.array([[1, 2, 0], [0, 3, 0]])
    embedded = keras.layers.Embedding(5, 4, mask_zero=True)(tokens)
    outputs = layers.ClassToken(initializer="ones")(embedded)
    np.testing.assert_array_equal(
        outputs._keras_mask, [[True, True, True, False], [True, False, True, False]]
    )
    np.testing.assert_array_equal(np.any(outputs != 0, axis=-1), outputs._keras_mask)


def test_gradient_reaches_the_token():
    layer = layers.ClassToken()
    with tf.GradientTape() as tape:
        outputs = layer(np.zeros((3, 4, 5), "float32"))
    gradient = tape.gradient(outputs, layer.token.value)
    np.testing.assert_array_equal(gradient, np.full((1, 1, 5), 3.0))


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 4, 5), (2, 3, None)])
def test_bad_input_is_refused(shape):
    with pytest.raises(ValueError, match=r"Expected \(batch, time, width\)"):
        layers.ClassToken().build(shape)
