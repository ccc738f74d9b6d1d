"""GaussianSampling: the reparameterised sample and its divergence loss."""

import keras
import numpy as np
import pytest

from kerasdl import layers, ops
from kerasdl.testing.saving import save


def parameters(*shape):
    generator = np.random.default_rng(0)
    return (
        generator.normal(size=shape).astype("float32"),
        generator.normal(size=shape).astype("float32"),
    )


def test_inference_returns_the_mean():
    mean, log_variance = parameters(4, 3)
    np.testing.assert_array_equal(layers.GaussianSampling(seed=1)(mean, log_variance), mean)


def test_sampling_at_inference_on_request():
    mean, log_variance = parameters(4, 3)
    layer = layers.GaussianSampling(sample_at_inference=True, seed=1)
    assert not np.allclose(layer(mean, log_variance, training=False), mean)


def test_training_draws_anew_and_reproducibly():
    mean, log_variance = parameters(4, 3)
    layer, twin = layers.GaussianSampling(seed=1), layers.GaussianSampling(seed=1)
    first = layer(mean, log_variance, training=True)
    np.testing.assert_array_equal(twin(mean, log_variance, training=True), first)
    assert not np.allclose(layer(mean, log_variance, training=True), first)
    other = layers.GaussianSampling(seed=2)(mean, log_variance, training=True)
    assert not np.allclose(other, first)


def test_noise_is_standard_normal():
    mean, log_variance = (np.repeat(x, 20_000, axis=0) for x in parameters(1, 3))
    z = layers.GaussianSampling(seed=1)(mean, log_variance, training=True)
    noise = (np.asarray(z) - mean) / np.exp(log_variance / 2)
    # Standard errors of mean and variance over 20 000 draws: 1/sqrt(n) and sqrt(2/n).
    assert np.all(np.abs(noise.mean(axis=0)) < 5 / np.sqrt(20_000))
    assert np.all(np.abs(noise.var(axis=0) - 1) < 5 * np.sqrt(2 / 20_000))


@pytest.mark.parametrize("training", [False, True])
def test_loss_is_the_weighted_mean_divergence(training):
    mean, log_variance = parameters(4, 3)
    layer = layers.GaussianSampling(beta=0.25, seed=1)
    layer(mean, log_variance, training=training)
    expected = 0.25 * np.mean(ops.gaussian_kl(mean, log_variance))
    np.testing.assert_allclose(layer.losses, [expected], rtol=1e-6)


def test_no_loss_without_beta():
    layer = layers.GaussianSampling()
    layer(*parameters(4, 3))
    assert layer.losses == []
    assert layer.weights == []


def test_weight_of_the_divergence_can_be_assigned_and_is_saved(tmp_path):
    mean, log_variance = parameters(4, 3)
    inputs = keras.Input((3,)), keras.Input((3,))
    layer = layers.GaussianSampling(beta=0.0, seed=1)
    model = keras.Model(inputs, layer(*inputs))
    layer.kl_weight.assign(0.5)
    model([mean, log_variance])
    expected = 0.5 * np.mean(ops.gaussian_kl(mean, log_variance))
    np.testing.assert_allclose(model.losses, [expected], rtol=1e-6)
    assert layer.get_config()["beta"] == 0.0
    save(model, tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    again([mean, log_variance])
    np.testing.assert_allclose(again.losses, [expected], rtol=1e-6)


def test_weight_of_the_divergence_stays_float32_in_mixed_precision():
    layer = layers.GaussianSampling(beta=1e-9, dtype="mixed_float16")
    z = layer(*parameters(4, 3))
    assert keras.backend.standardize_dtype(z.dtype) == "float16"
    # 1e-9 is zero in float16.
    assert 0 < float(layer.losses[0]) < 1e-7


def test_masked_positions_do_not_count_in_the_loss():
    mean, log_variance = parameters(2, 3, 4)
    mask = np.array([[True, True, False], [True, False, False]])
    expected = np.mean(ops.gaussian_kl(mean, log_variance, mask=mask))
    mean[~mask], log_variance[~mask] = np.nan, np.inf
    explicit = layers.GaussianSampling(beta=1.0)
    explicit(mean, log_variance, mean_mask=keras.ops.convert_to_tensor(mask))
    np.testing.assert_allclose(explicit.losses, [expected], rtol=1e-6)

    # The same from masks that Keras carries along, one on each input.
    carried = keras.ops.convert_to_tensor(mean), keras.ops.convert_to_tensor(log_variance)
    keras_masks = mask | np.array([[False, False, True], [False] * 3]), mask
    for tensor, its_mask in zip(carried, keras_masks, strict=True):
        tensor._keras_mask = keras.ops.convert_to_tensor(its_mask)
    implicit = layers.GaussianSampling(beta=1.0)
    z = implicit(*carried)
    np.testing.assert_allclose(implicit.losses, [expected], rtol=1e-6)
    np.testing.assert_array_equal(z._keras_mask, keras_masks[0])


def test_trains_the_divergence_to_zero():
    inputs = keras.Input((2,))
    mean = keras.layers.Dense(3, bias_initializer="ones")(inputs)
    log_variance = keras.layers.Dense(3, bias_initializer="ones")(inputs)
    outputs = layers.GaussianSampling(beta=1.0, seed=1)(mean, log_variance)
    model = keras.Model(inputs, outputs)
    model.compile(keras.optimizers.Adam(0.1), loss=None)
    history = model.fit(np.zeros((8, 2)), epochs=60, verbose=0).history["loss"]
    # Mean 1 and log-variance 1 in three coordinates: 3/2 (e + 1 - 1 - 1).
    np.testing.assert_allclose(history[0], 1.5 * (np.e - 1), rtol=1e-4)
    assert history[-1] < 0.01


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="beta=-1"):
        layers.GaussianSampling(beta=-1)
    with pytest.raises(ValueError, match=r"mean \(2, 3\), log_variance \(2, 4\)"):
        layers.GaussianSampling()(np.zeros((2, 3)), np.zeros((2, 4)), training=True)
