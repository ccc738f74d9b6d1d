import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.layers import DropPath
from kerasdl.ops import keep_mask

INPUTS = np.random.default_rng(0).normal(size=(50, 4, 6)).astype("float32")


@pytest.mark.parametrize("shape", [(50,), (50, 3), (50, 4, 6), (50, 2, 3, 4)])
def test_whole_examples_are_dropped_and_the_others_scaled(shape):
    inputs = np.random.default_rng(0).normal(size=shape)
    outputs = DropPath(0.3, seed=5, dtype="float64")(inputs, training=True)
    keep = keep_mask((50,), 0.3, 5).numpy().reshape(50, *[1] * (len(shape) - 1))
    assert 0 < keep.mean() < 1
    np.testing.assert_allclose(outputs, np.where(keep, inputs / 0.7, 0), rtol=1e-15)


@pytest.mark.parametrize("training", [False, None])
def test_inference_is_the_identity_and_consumes_no_randomness(training):
    layer = DropPath(0.3, seed=5)
    np.testing.assert_array_equal(layer(INPUTS, training=training), INPUTS)
    np.testing.assert_array_equal(layer.seed_generator.state, [5, 0])


def test_dropped_examples_have_no_influence_and_no_gradient():
    keep = keep_mask((50,), 0.5, 1).numpy()[:, None, None]
    inputs = tf.where(keep, INPUTS, np.nan)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = DropPath(0.5, seed=1)(inputs, training=True)
    np.testing.assert_array_equal(outputs, np.where(keep, 2 * INPUTS, 0))
    gradient = tape.gradient(outputs, inputs)
    np.testing.assert_array_equal(gradient, np.broadcast_to(2.0 * keep, INPUTS.shape))


@pytest.mark.parametrize("compiled", [False, True])
def test_compiled_calls_go_through_the_same_masks(compiled):
    eager, layer = DropPath(0.5, seed=1), DropPath(0.5, seed=1)

    @tf.function(jit_compile=compiled)
    def two_calls(inputs):
        return layer(inputs, training=True), layer(inputs, training=True)

    first, second = two_calls(INPUTS)
    assert not np.array_equal(first, second)
    for outputs in (first, second, *two_calls(INPUTS)):
        np.testing.assert_array_equal(outputs, eager(INPUTS, training=True))


def test_mask_is_passed_on():
    inputs = keras.layers.Masking()(np.array([[[1.0], [0.0], [2.0]]], "float32"))
    outputs = DropPath(0.5, seed=1)(inputs, training=True)
    np.testing.assert_array_equal(keras.src.backend.get_keras_mask(outputs), [[True, False, True]])


def test_symbolic_shape_and_dtype():
    outputs = DropPath(0.5, dtype="mixed_bfloat16")(keras.Input((None, 6)))
    assert outputs.shape == (None, None, 6)
    assert outputs.dtype == "bfloat16"


def test_config_round_trip():
    layer = DropPath(0.3, seed=5, name="drop")
    config = layer.get_config()
    assert (config["rate"], config["seed"]) == (0.3, 5)
    layer(INPUTS, training=True)
    assert layer.get_config() == config
    assert DropPath.from_config(json.loads(json.dumps(config))).get_config() == config


def test_saved_model_goes_on_with_the_same_stream(tmp_path):
    model = keras.Sequential([keras.Input((4, 6)), DropPath(0.5, seed=1)])
    model(INPUTS, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(INPUTS, training=True), model(INPUTS, training=True))


@pytest.mark.parametrize("rate", [-0.5, 1.0])
def test_rate_outside_its_range(rate):
    with pytest.raises(ValueError, match=rf"rate={rate}.*\[0, 1\)"):
        DropPath(rate)


def test_scalar_inputs():
    with pytest.raises(ValueError, match=r"DropPath needs inputs of shape .* Received: a scalar"):
        DropPath(0.5)(tf.constant(1.0), training=True)
