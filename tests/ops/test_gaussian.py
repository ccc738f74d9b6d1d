"""The Gaussian functions against float64 NumPy and Monte Carlo."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops


def draw(*shape, seed=0, scale=1.0):
    return np.random.default_rng(seed).normal(size=shape) * scale


def kl_loop(mean, log_variance):
    """The closed form, one coordinate at a time."""
    totals = np.zeros(len(mean))
    for row in range(len(mean)):
        for m, v in zip(mean[row].ravel(), log_variance[row].ravel(), strict=True):
            totals[row] += 0.5 * (np.exp(v) + m**2 - 1.0 - v)
    return totals


@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (2, 2, 3, 2)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-5)])
def test_kl_equals_numpy(shape, dtype, tolerance):
    mean, log_variance = draw(*shape), draw(*shape, seed=1)
    result = ops.gaussian_kl(mean.astype(dtype), log_variance.astype(dtype))
    assert keras.backend.standardize_dtype(result.dtype) == dtype
    np.testing.assert_allclose(result, kl_loop(mean, log_variance), rtol=tolerance)


def test_kl_is_float32_from_half_precision_inputs():
    # 100 000 terms of 2 each: 200 000 is infinite in float16.
    result = ops.gaussian_kl(
        np.full((1, 100_000), 2.0, "float16"), np.zeros((1, 100_000), "float16")
    )
    assert keras.backend.standardize_dtype(result.dtype) == "float32"
    np.testing.assert_allclose(result, [200_000.0], rtol=1e-6)


def test_kl_keeps_its_digits_near_the_prior():
    # For small v the divergence is v^2 / 4, far below the rounding of exp(v) - 1 - v.
    log_variance = np.full((1, 1), 1e-2, "float32")
    result = ops.gaussian_kl(np.zeros((1, 1), "float32"), log_variance)
    exact = 0.5 * (np.expm1(np.float64(log_variance)) - log_variance)[0, 0]
    np.testing.assert_allclose(result, [exact], rtol=1e-4)


def test_kl_is_never_negative():
    log_variance = draw(1, 10_000, scale=1e-3).astype("float32")
    each = ops.gaussian_kl(np.zeros((10_000, 1), "float32"), log_variance.T)
    assert np.all(np.asarray(each) >= 0)


def test_kl_equals_monte_carlo():
    mean, log_variance = draw(1, 2), draw(1, 2, seed=1, scale=0.5)
    samples = 200_000
    z = np.asarray(
        ops.gaussian_sample(
            np.repeat(mean, samples, axis=0), np.repeat(log_variance, samples, axis=0), seed=7
        )
    )
    log_q = -0.5 * np.sum(
        np.log(2 * np.pi) + log_variance + (z - mean) ** 2 / np.exp(log_variance), axis=1
    )
    log_p = -0.5 * np.sum(np.log(2 * np.pi) + z**2, axis=1)
    estimate, error = np.mean(log_q - log_p), np.std(log_q - log_p) / np.sqrt(samples)
    # Five standard errors: one run in two million would fall outside.
    assert abs(estimate - float(ops.gaussian_kl(mean, log_variance)[0])) < 5 * error


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf])
def test_masked_positions_have_no_influence(poison):
    mean, log_variance = draw(2, 3, 4), draw(2, 3, 4, seed=1)
    mask = np.array([[True, False, True], [False, False, False]])
    expected = [kl_loop(mean[:1, [0, 2]], log_variance[:1, [0, 2]])[0], 0.0]
    mean[~mask], log_variance[~mask] = poison, poison
    inputs = [tf.constant(mean), tf.constant(log_variance)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        result = ops.gaussian_kl(*inputs, mask=mask)
    np.testing.assert_allclose(result, expected, rtol=1e-12)
    for gradient in tape.gradient(result, inputs):
        assert np.all(np.isfinite(gradient))
        assert np.all(gradient.numpy()[~mask] == 0)


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_masked_likelihood_has_no_influence(poison):
    targets, mean, log_variance = (draw(2, 3, 4, seed=s) for s in range(3))
    mask = np.array([[True, False, True], [False, False, False]])
    kept = ops.gaussian_log_likelihood(
        targets[:1, [0, 2]], mean[:1, [0, 2]], log_variance[:1, [0, 2]]
    )
    for array in (targets, mean, log_variance):
        array[~mask] = poison
    inputs = [tf.constant(array) for array in (targets, mean, log_variance)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        result = ops.gaussian_log_likelihood(*inputs, mask=mask)
    np.testing.assert_allclose(result, [float(kept[0]), 0.0], rtol=1e-12)
    assert all(np.all(np.isfinite(g)) for g in tape.gradient(result, inputs))


def test_sample_has_the_moments_it_was_given():
    count = 100_000
    mean, log_variance = np.array([[1.0, -3.0]]), np.log([[4.0, 0.25]])
    z = np.asarray(
        ops.gaussian_sample(
            np.repeat(mean, count, axis=0), np.repeat(log_variance, count, axis=0), seed=3
        )
    )
    # Standard errors: sigma / sqrt(n) of the mean, variance * sqrt(2 / n) of the variance.
    variance = np.exp(log_variance[0])
    assert np.all(np.abs(z.mean(0) - mean[0]) < 5 * np.sqrt(variance / count))
    assert np.all(np.abs(z.var(0) - variance) < 5 * variance * np.sqrt(2 / count))


def test_sample_is_differentiable_in_both_parameters():
    mean, log_variance = tf.constant(draw(5, 3)), tf.constant(draw(5, 3, seed=1))
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        z = ops.gaussian_sample(mean, log_variance, seed=1)
    by_mean, by_log_variance = tape.gradient(z, [mean, log_variance])
    np.testing.assert_array_equal(by_mean, np.ones((5, 3)))
    # dz/dv = sigma * epsilon / 2 = (z - mean) / 2
    np.testing.assert_allclose(by_log_variance, (z - mean) / 2, rtol=1e-10)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_sample_keeps_the_dtype(dtype):
    mean = keras.ops.zeros((2, 3), dtype=dtype)
    z = ops.gaussian_sample(mean, mean, seed=1)
    assert keras.backend.standardize_dtype(z.dtype) == dtype


def test_log_likelihood_equals_numpy():
    targets, mean, log_variance = (draw(3, 2, 4, seed=s) for s in range(3))
    expected = np.zeros(3)
    for index in np.ndindex(3, 2, 4):
        variance = np.exp(log_variance[index])
        density = np.exp(-((targets[index] - mean[index]) ** 2) / (2 * variance))
        expected[index[0]] += np.log(density / np.sqrt(2 * np.pi * variance))
    result = ops.gaussian_log_likelihood(targets, mean, log_variance)
    np.testing.assert_allclose(result, expected, rtol=1e-10)


def test_log_likelihood_with_one_fixed_variance():
    targets, mean = draw(3, 4), draw(3, 4, seed=1)
    np.testing.assert_allclose(
        ops.gaussian_log_likelihood(targets, mean, 0.5),
        ops.gaussian_log_likelihood(targets, mean, np.full((3, 4), 0.5)),
        rtol=1e-12,
    )


@pytest.mark.parametrize("function", [ops.gaussian_kl, partial(ops.gaussian_sample, seed=1)])
def test_shapes_that_differ_are_refused(function):
    with pytest.raises(ValueError, match=r"mean \(2, 3\), log_variance \(2, 1\)"):
        function(np.zeros((2, 3)), np.zeros((2, 1)))


def test_likelihood_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"targets \(2, 3\), mean \(3,\)"):
        ops.gaussian_log_likelihood(np.zeros((2, 3)), np.zeros(3), 0.0)


def test_a_mask_with_too_many_axes_is_refused():
    with pytest.raises(ValueError, match=r"mask has shape \(2, 3, 1\).*\(2, 3\)"):
        ops.gaussian_kl(np.zeros((2, 3)), np.zeros((2, 3)), mask=np.ones((2, 3, 1), bool))


def test_kl_terms_are_the_summands_of_the_divergence():
    mean, log_variance = draw(3, 4), draw(3, 4, seed=1)
    terms = ops.gaussian_kl_terms(mean, log_variance)
    np.testing.assert_allclose(
        terms, 0.5 * (np.exp(log_variance) + mean**2 - 1 - log_variance), rtol=1e-9
    )
    np.testing.assert_allclose(
        np.sum(terms, axis=1), ops.gaussian_kl(mean, log_variance), rtol=1e-12
    )
    with pytest.raises(ValueError, match=r"mean \(2, 3\), log_variance \(2, 1\)"):
        ops.gaussian_kl_terms(np.zeros((2, 3)), np.zeros((2, 1)))
