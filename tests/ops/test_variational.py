"""The variational helpers against float64 NumPy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops


def test_bernoulli_log_likelihood_equals_numpy():
    generator = np.random.default_rng(0)
    targets, logits = generator.uniform(size=(3, 2, 4)), generator.normal(size=(3, 2, 4))
    expected = np.zeros(3)
    for index in np.ndindex(3, 2, 4):
        p = 1 / (1 + np.exp(-logits[index]))
        expected[index[0]] += targets[index] * np.log(p) + (1 - targets[index]) * np.log(1 - p)
    np.testing.assert_allclose(ops.bernoulli_log_likelihood(targets, logits), expected, rtol=1e-12)


def test_bernoulli_log_likelihood_equals_the_cross_entropy_of_keras():
    generator = np.random.default_rng(1)
    targets = generator.integers(0, 2, size=(4, 5)).astype("float32")
    logits = generator.normal(size=(4, 5)).astype("float32")
    expected = -5 * keras.losses.binary_crossentropy(targets, logits, from_logits=True)
    np.testing.assert_allclose(ops.bernoulli_log_likelihood(targets, logits), expected, rtol=1e-5)


def test_bernoulli_log_likelihood_of_extreme_logits():
    # log p = -log(1 + exp(-200)) = 0 where it is right, -200 where it is wrong.
    result = ops.bernoulli_log_likelihood(
        np.array([[1.0], [0.0], [1.0], [0.0]], "float32"),
        np.array([[200.0], [-200.0], [-200.0], [200.0]], "float32"),
    )
    np.testing.assert_allclose(result, [0.0, 0.0, -200.0, -200.0], atol=1e-6)


@pytest.mark.parametrize("poison", [np.nan, np.inf])
def test_masked_positions_have_no_influence(poison):
    targets, logits = np.ones((2, 3)), np.zeros((2, 3))
    mask = np.array([[True, False, True], [False, False, False]])
    targets[~mask], logits[~mask] = poison, poison
    logits = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        result = ops.bernoulli_log_likelihood(targets, logits, mask=mask)
    np.testing.assert_allclose(result, [2 * np.log(0.5), 0.0], rtol=1e-12)
    gradient = tape.gradient(result, logits).numpy()
    assert np.all(np.isfinite(gradient))
    assert np.all(gradient[~mask] == 0)


@pytest.mark.parametrize("beta", [0.5, keras.Variable(0.5, dtype="float64")])
def test_elbo(beta):
    result = ops.elbo(np.array([-10.0, -20.0]), np.array([4.0, 6.0]), beta=beta)
    np.testing.assert_allclose(result, [-12.0, -23.0])


def test_elbo_bounds_the_evidence_of_a_model_that_can_be_solved():
    # p(z) = N(0, 1), p(x|z) = N(z, 1): log p(x) is that of N(0, 2), and the
    # bound is tight at the posterior N(x / 2, 1 / 2).
    x = 1.3
    evidence = -0.5 * (np.log(2 * np.pi * 2) + x**2 / 2)

    def bound(mean, variance):
        # E_q[log p(x|z)] in closed form: the density at the mean, less variance / 2.
        likelihood = ops.gaussian_log_likelihood(np.array([[x]]), np.array([[mean]]), 0.0)
        kl = ops.gaussian_kl(np.array([[mean]]), np.log([[variance]]))
        return float(ops.elbo(likelihood - 0.5 * variance, kl)[0])

    np.testing.assert_allclose(bound(x / 2, 0.5), evidence, rtol=1e-12)
    assert bound(x / 2, 0.6) < evidence
    assert bound(0.0, 1.0) < evidence


def test_shapes_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"targets \(2, 3\), logits \(2, 1\)"):
        ops.bernoulli_log_likelihood(np.zeros((2, 3)), np.zeros((2, 1)))
    with pytest.raises(ValueError, match=r"log_likelihood \(2,\), kl \(3,\)"):
        ops.elbo(np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("minimum", [0.0, 0.5, 2.0])
def test_free_bits_average_to_the_formula(minimum):
    terms = np.random.default_rng(0).exponential(size=(5, 7)) * np.linspace(0, 2, 7)
    expected = np.maximum(minimum, terms.mean(axis=0)).sum()
    np.testing.assert_allclose(np.mean(ops.free_bits(terms, minimum)), expected, rtol=1e-12)


def test_free_bits_have_no_gradient_where_they_are_free():
    terms = tf.Variable([[0.1, 3.0], [0.3, 1.0]])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(ops.free_bits(terms, 0.5))
    np.testing.assert_array_equal(tape.gradient(loss, terms), [[0, 1], [0, 1]])


def test_free_bits_below_zero_are_refused():
    with pytest.raises(ValueError, match=r"minimum=-0\.1"):
        ops.free_bits(np.zeros((2, 3)), -0.1)
