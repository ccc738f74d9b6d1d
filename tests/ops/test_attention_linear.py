"""Linear attention and Performer against their recurrences, one position after the other."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import (
    linear_attention,
    orthogonal_gaussian,
    performer_attention,
    scaled_dot_product_attention,
)

RNG = np.random.default_rng(6)
TIME = 150  # more than two chunks
QUERY = RNG.normal(size=(2, 4, TIME, 6))
KEY = RNG.normal(size=(2, 2, TIME, 6))
VALUE = RNG.normal(size=(2, 2, TIME, 3))
PADDING = RNG.random((2, TIME)) > 0.3
PADDING[0, :3] = False
PROJECTION = RNG.normal(size=(8, 6))


def elu_features(x):
    return np.where(x > 0, x + 1, np.exp(x))


def random_features(x):
    x = x * 6**-0.25
    return np.exp(x @ PROJECTION.T - (x**2).sum(axis=-1, keepdims=True) / 2)


def recurrence(features, padding, causal):
    """State and normaliser, updated by one key at a time; all keys first unless causal."""
    query, key = features(QUERY), features(KEY)
    outputs = np.zeros((2, 4, TIME, 3))
    for b, h in np.ndindex(2, 4):
        state, norm = np.zeros((key.shape[-1], 3)), np.zeros(key.shape[-1])
        for t in range(TIME):
            if padding[b, t]:
                state += np.outer(key[b, h // 2, t], VALUE[b, h // 2, t])
                norm += key[b, h // 2, t]
            if causal and norm.any():
                outputs[b, h, t] = query[b, h, t] @ state / (query[b, h, t] @ norm)
        if not causal:
            outputs[b, h] = query[b, h] @ state / (query[b, h] @ norm)[:, None]
    return outputs


FUNCTIONS = {
    "linear": (linear_attention, elu_features),
    "performer": (
        lambda q, k, v, *mask, **o: performer_attention(q, k, v, PROJECTION, *mask, **o),
        random_features,
    ),
}


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_equals_the_recurrence(name, causal):
    function, features = FUNCTIONS[name]
    for padding in (PADDING, np.ones_like(PADDING)):
        expected = recurrence(features, padding, causal)
        received = function(QUERY, KEY, VALUE, padding, causal=causal)
        np.testing.assert_allclose(received, expected, atol=1e-10)
    np.testing.assert_allclose(function(QUERY, KEY, VALUE, causal=causal), expected, atol=1e-10)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_masked_keys_may_hold_anything(name, causal):
    function, _ = FUNCTIONS[name]
    padding = PADDING.copy()
    padding[1] = False
    key, value = KEY.copy(), VALUE.copy()
    hidden = np.repeat(~padding[:, None], 2, axis=1)
    key[hidden], value[hidden] = 1e30, np.nan
    key[0, :, 0] = np.inf

    def run(*tensors):
        tensors = [tf.constant(tensor) for tensor in tensors]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = function(*tensors, padding, causal=causal)
            loss = tf.reduce_sum(outputs**2)
        return [outputs, *tape.gradient(loss, tensors)]

    clean, broken = run(QUERY, KEY, VALUE), run(QUERY, key, value)
    for a, b in zip(broken, clean, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array(a)[1].any()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_later_keys_have_no_influence_if_causal(name):
    function, _ = FUNCTIONS[name]
    clean = np.array(function(QUERY, KEY, VALUE, causal=True))[:, :, :70]
    for bad in (np.nan, np.inf, 1e4):
        key, value = KEY.copy(), VALUE.copy()
        key[:, 0, 70], value[:, 1, 71] = bad, bad
        received = np.array(function(QUERY, key, value, causal=True))[:, :, :70]
        np.testing.assert_allclose(received, clean, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_lower_precision(name, dtype):
    function, _ = FUNCTIONS[name]
    tensors = [tf.cast(tensor, dtype) for tensor in (QUERY, KEY, VALUE)]
    expected = function(*(tf.cast(tensor, "float64") for tensor in tensors), causal=True)
    received = function(*tensors, causal=True)
    assert received.dtype == dtype
    tolerance = {"float16": 2e-3, "bfloat16": 2e-2, "float32": 2e-5}[dtype]
    np.testing.assert_allclose(tf.cast(received, "float64"), expected, atol=tolerance)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_lengths_that_are_not_known_when_traced(jit_compile):
    shapes = [(None, 4, None, 6), (None, 2, None, 6), (None, 2, None, 3)]
    signature = [tf.TensorSpec(shape, "float64") for shape in shapes]

    @tf.function(input_signature=signature, jit_compile=jit_compile)
    def compiled(query, key, value):
        return linear_attention(query, key, value, causal=True)

    expected = linear_attention(QUERY, KEY, VALUE, causal=True)
    np.testing.assert_allclose(compiled(QUERY, KEY, VALUE), expected, atol=1e-12)


def test_performer_converges_to_softmax_attention():
    query, key = QUERY * 0.5, KEY * 0.5
    exact = np.array(scaled_dot_product_attention(query, key, VALUE))
    errors = []
    for features in (6, 96, 1536, 24576):
        projections = [orthogonal_gaussian(features, 6, seed) for seed in range(3)]
        received = [performer_attention(query, key, VALUE, p) for p in projections]
        errors.append(np.mean([np.abs(np.array(x) - exact).mean() for x in received]))
    # 16 times the features, a quarter of the error; half at the least.
    assert all(after < before / 2 for before, after in itertools.pairwise(errors))
    assert errors[-1] < 2e-3


def test_performer_of_large_inputs_stays_finite():
    received = performer_attention(QUERY * 30, KEY * 30, VALUE, PROJECTION, causal=False)
    assert np.isfinite(received).all()
    assert np.abs(received).max() > 0


def test_orthogonal_gaussian():
    rows = orthogonal_gaussian(1000, 5, seed=1)
    for start in range(0, 1000, 5):
        gram = rows[start : start + 5] @ rows[start : start + 5].T
        np.testing.assert_allclose(gram - np.diag(np.diag(gram)), 0.0, atol=1e-9)
    # Each entry is normal: 5000 draws have mean 0 +- 0.014 and variance 1 +- 0.02.
    assert abs(rows.mean()) < 0.06
    assert abs(rows.var() - 1.0) < 0.09
    np.testing.assert_array_equal(rows, orthogonal_gaussian(1000, 5, seed=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": QUERY[0]}, r"rank 4.*query \(4, 150, 6\)"),
        ({"query": QUERY[..., :4]}, r"equally wide.*query \(2, 4, 150, 4\)"),
        ({"query": QUERY[:, :3]}, r"multiple of the key's.*query \(2, 3, 150, 6\)"),
        ({"value": VALUE[:, :, :6]}, r"same heads and time.*value \(2, 2, 6, 3\)"),
        ({"value": VALUE[:, :1]}, r"same heads and time.*value \(2, 1, 150, 3\)"),
        ({"query": QUERY[:, :, :6], "causal": True}, r"equally long.*query \(2, 4, 6, 6\)"),
        ({"query": QUERY[:, :, :0]}, "empty time axis"),
        ({"mask": PADDING[:, :6]}, r"`mask` must be of shape.*150.*\(2, 6\)"),
        ({"mask": PADDING[:, None]}, r"`mask` must be of shape.*\(2, 1, 150\)"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {"query": QUERY, "key": KEY, "value": VALUE, **change}
    with pytest.raises(ValueError, match=message):
        linear_attention(**arguments)
