import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.layers import InvertedDropout

INPUTS = np.random.default_rng(0).normal(size=(4, 5, 6)).astype("float32")


def test_training_is_the_function_of_the_generators_seeds():
    from kerasdl.ops import dropout

    layer = InvertedDropout(0.3, noise_shape=(None, 1, None), seed=5)
    for step in range(3):
        expected = dropout(INPUTS, 0.3, tf.constant([5, step], tf.uint32), (None, 1, None))
        np.testing.assert_array_equal(layer(INPUTS, training=True), expected)


@pytest.mark.parametrize("training", [False, None])
def test_inference_is_the_identity_and_consumes_no_randomness(training):
    layer = InvertedDropout(0.3, seed=5)
    np.testing.assert_array_equal(layer(INPUTS, training=training), INPUTS)
    np.testing.assert_array_equal(layer.seed_generator.state, [5, 0])


def test_expectation_is_kept():
    # The mean of n outputs 0 or 1 / (1 - p) has variance p / (1 - p) / n.
    layer = InvertedDropout(0.3, seed=6)
    outputs = layer(np.ones((1000, 1000), "float32"), training=True).numpy()
    assert abs(outputs.mean(dtype="float64") - 1) / np.sqrt(0.3 / 0.7 / outputs.size) < 5


def test_reproducible_by_seed_and_different_at_each_call():
    def calls(seed):
        layer = InvertedDropout(0.5, seed=seed)
        return [layer(INPUTS, training=True).numpy() for _ in range(3)]

    first, again, other = calls(1), calls(1), calls(2)
    np.testing.assert_array_equal(first, again)
    assert len({outputs.tobytes() for outputs in first + other}) == 6


@pytest.mark.parametrize("compiled", [False, True])
def test_compiled_calls_go_through_the_same_masks(compiled):
    eager, layer = InvertedDropout(0.5, seed=1), InvertedDropout(0.5, seed=1)

    @tf.function(jit_compile=compiled)
    def two_calls(inputs):
        return layer(inputs, training=True), layer(inputs, training=True)

    for outputs in (*two_calls(INPUTS), *two_calls(INPUTS)):
        np.testing.assert_array_equal(outputs, eager(INPUTS, training=True))


def test_mask_is_passed_on():
    inputs = keras.layers.Masking()(np.array([[[1.0], [0.0], [2.0]]], "float32"))
    outputs = InvertedDropout(0.5, seed=1)(inputs, training=True)
    np.testing.assert_array_equal(keras.src.backend.get_keras_mask(outputs), [[True, False, True]])


@pytest.mark.parametrize(
    "policy", ["float32", "float64", "float16", "mixed_float16", "mixed_bfloat16"]
)
def test_dtype_policies(policy):
    layer = InvertedDropout(0.5, seed=1, dtype=policy)
    outputs = layer(INPUTS, training=True)
    assert outputs.dtype == keras.DTypePolicy(policy).compute_dtype
    assert set(np.unique(tf.cast(outputs == 0, "int32"))) == {0, 1}


def test_symbolic_shape_and_dtype():
    outputs = InvertedDropout(0.5, noise_shape=(None, 1, 1))(keras.Input((None, 6)))
    assert outputs.shape == (None, None, 6)
    assert outputs.dtype == "float32"


def test_config_round_trip():
    layer = InvertedDropout(0.3, noise_shape=[None, 1, 6], seed=5, name="drop")
    config = layer.get_config()
    assert config["rate"] == 0.3
    assert config["noise_shape"] == (None, 1, 6)
    assert config["seed"] == 5
    layer(INPUTS, training=True)
    assert layer.get_config() == config
    again = InvertedDropout.from_config(json.loads(json.dumps(config)))
    assert again.get_config() == config


def test_saved_model_goes_on_with_the_same_stream(tmp_path):
    model = keras.Sequential([keras.Input((5, 6)), InvertedDropout(0.5, seed=1)])
    model(INPUTS, training=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.layers[0].seed_generator.state, [1, 1])
    np.testing.assert_array_equal(loaded(INPUTS, training=True), model(INPUTS, training=True))


def test_weights_without_a_state_leave_it_alone(tmp_path):
    def model(dropout):
        return keras.Sequential([keras.Input((6,)), keras.layers.Dense(2), dropout])

    path = tmp_path / "model.weights.h5"
    model(keras.layers.Dropout(0.5)).save_weights(path)
    restored = model(InvertedDropout(0.5, seed=1))
    restored.load_weights(path)
    np.testing.assert_array_equal(restored.layers[1].seed_generator.state, [1, 0])


def test_trains_in_fit_under_xla():
    model = keras.Sequential(
        [keras.Input((6,)), InvertedDropout(0.5, seed=1), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse", jit_compile=True)
    model.fit(INPUTS[0], INPUTS[0, :, :1], epochs=2, batch_size=5, verbose=0)
    np.testing.assert_array_equal(model.layers[0].seed_generator.state, [1, 2])


@pytest.mark.parametrize("rate", [-0.5, 1.0])
def test_rate_outside_its_range(rate):
    with pytest.raises(ValueError, match=rf"rate={rate}.*\[0, 1\)"):
        InvertedDropout(rate)


@pytest.mark.parametrize("noise_shape", [(0, 1), (None, -1), (2.0,), (True,), ("a",)])
def test_noise_shape_of_anything_but_sizes(noise_shape):
    with pytest.raises(ValueError, match="noise_shape must hold None and positive integers"):
        InvertedDropout(0.5, noise_shape=noise_shape)


def test_noise_shape_that_does_not_fit():
    with pytest.raises(ValueError, match="one entry for each dimension"):
        InvertedDropout(0.5, noise_shape=(None, 1))(INPUTS, training=True)
