"""Activations whose derivative is known, and the others."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops.recurrent_tensorflow_cells import ACTIVATIONS, activation_names


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_follow_from_the_values(name: str) -> None:
    activation = keras.activations.get(name)
    names = activation_names({"activation": activation})
    assert names == (name,)
    function, derivative = ACTIVATIONS[name]
    x = tf.constant([-2.0, -0.3, 0.4, 3.0], "float64")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = activation(x)
    np.testing.assert_allclose(function(x), y, atol=1e-15)
    np.testing.assert_allclose(derivative(y), tape.gradient(y, x), atol=1e-15)


def test_other_activations_are_left_to_tensorflow() -> None:
    options = {"activation": keras.activations.tanh, "recurrent_activation": keras.activations.elu}
    assert activation_names(options) is None
