"""The contrastive losses against float64 NumPy loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops


def views(count=5, width=4, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, width)), generator.normal(size=(count, width))


def cosine(a, b):
    return np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b))


def nt_xent_loop(first, second, temperature):
    """Equation 1 of the paper, for every ordered positive pair."""
    count = len(first)
    everything = np.concatenate([first, second])
    losses = np.zeros(2 * count)
    for i in range(2 * count):
        j = (i + count) % (2 * count)
        denominator = sum(
            np.exp(cosine(everything[i], everything[k]) / temperature)
            for k in range(2 * count)
            if k != i
        )
        losses[i] = -np.log(
            np.exp(cosine(everything[i], everything[j]) / temperature) / denominator
        )
    return (losses[:count] + losses[count:]) / 2


def info_nce_loop(query, key, temperature, similarity):
    losses = np.zeros(len(query))
    for i in range(len(query)):
        scores = [np.exp(similarity(query[i], k) / temperature) for k in key]
        losses[i] = -np.log(scores[i] / sum(scores))
    return losses


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
def test_nt_xent_equals_the_loop(temperature, dtype, tolerance):
    first, second = views()
    result = ops.nt_xent(first.astype(dtype), second.astype(dtype), temperature)
    assert keras.backend.standardize_dtype(result.dtype) == dtype
    np.testing.assert_allclose(result, nt_xent_loop(first, second, temperature), rtol=tolerance)


def test_nt_xent_is_symmetric():
    first, second = views()
    np.testing.assert_allclose(ops.nt_xent(first, second), ops.nt_xent(second, first), rtol=1e-12)


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("temperature", [0.2, 1.0])
def test_info_nce_equals_the_loop(normalize, temperature):
    query, key = views()
    similarity = cosine if normalize else np.dot
    expected = info_nce_loop(query, key, temperature, similarity)
    result = ops.info_nce(query, key, temperature, normalize=normalize)
    np.testing.assert_allclose(result, expected, rtol=1e-10)
    backwards = info_nce_loop(key, query, temperature, similarity)
    both = ops.info_nce(query, key, temperature, symmetric=True, normalize=normalize)
    np.testing.assert_allclose(both, (expected + backwards) / 2, rtol=1e-10)


@pytest.mark.parametrize("function", [ops.nt_xent, ops.info_nce])
@pytest.mark.parametrize("temperature", [1e-3, 1e3])
@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("case", ["identical", "zero", "large"])
def test_loss_and_gradient_are_finite_at_the_edges(function, temperature, dtype, case):
    value = {"identical": 1.0, "zero": 0.0, "large": 300.0}[case]
    first = keras.ops.full((3, 4), value, dtype=dtype)
    with tf.GradientTape() as tape:
        tape.watch(first)
        loss = function(first, keras.ops.flip(first, axis=0), temperature)
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    assert np.all(np.isfinite(loss))
    assert np.all(np.isfinite(keras.ops.cast(tape.gradient(loss, first), "float32")))


def test_gradient_against_central_differences():
    first, second = views(3, 2)
    for function in (ops.nt_xent, ops.info_nce):
        variable = tf.constant(first)
        with tf.GradientTape() as tape:
            tape.watch(variable)
            loss = tf.reduce_sum(function(variable, second))
        gradient = tape.gradient(loss, variable).numpy()
        for index in np.ndindex(*first.shape):
            step = np.zeros_like(first)
            step[index] = 1e-6
            difference = np.sum(function(first + step, second)) - np.sum(
                function(first - step, second)
            )
            np.testing.assert_allclose(gradient[index], difference / 2e-6, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_with_an_unknown_batch_size(jit_compile):
    first, second = views()
    for function in (ops.nt_xent, ops.info_nce):
        compiled = tf.function(
            function,
            input_signature=[tf.TensorSpec((None, 4), tf.float64)] * 2,
            jit_compile=jit_compile,
        )
        np.testing.assert_allclose(compiled(first, second), function(first, second), rtol=1e-10)


def test_l2_normalize_gives_length_one():
    rows = ops.l2_normalize(views()[0])
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), np.ones(5), rtol=1e-12)


@pytest.mark.parametrize("function", [ops.nt_xent, ops.info_nce])
def test_bad_input_is_refused(function):
    with pytest.raises(ValueError, match=r"first \(2, 3\), second \(2, 4\)"):
        function(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"shape \(2, 3, 4\).*\[batch, width\]"):
        function(np.ones((2, 3, 4)), np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="batch of 1 pair"):
        function(np.ones((1, 3)), np.ones((1, 3)))
    with pytest.raises(ValueError, match="temperature=0"):
        function(np.ones((2, 3)), np.ones((2, 3)), temperature=0)
