import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import (
    local_attention,
    merge_masks,
    scaled_dot_product_attention,
    sliding_window_mask,
)

RNG = np.random.default_rng(5)
QUERY = RNG.normal(size=(2, 4, 90, 5))
KEY = RNG.normal(size=(2, 2, 90, 5))
VALUE = RNG.normal(size=(2, 2, 90, 3))
PADDING = RNG.random((2, 90)) > 0.3
PADDING[0, 40:80] = False


def run(function, query, key, value):
    tensors = [tf.constant(tensor) for tensor in (query, key, value)]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        outputs = function(*tensors)
        loss = tf.reduce_sum(outputs * np.cos(np.arange(90.0))[:, None])
    return [outputs, *tape.gradient(loss, tensors)]


@pytest.mark.parametrize("padding", [None, PADDING])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("window", [1, 4, 33, 40, 200])
def test_equals_a_window_mask(window, causal, padding):
    mask = merge_masks(sliding_window_mask(90, window=window, causal=causal), key_mask=padding)
    expected = run(
        lambda *x: scaled_dot_product_attention(*x, mask=mask, scale=0.4), QUERY, KEY, VALUE
    )
    received = run(
        lambda *x: local_attention(*x, padding, window=window, causal=causal, scale=0.4),
        QUERY,
        KEY,
        VALUE,
    )
    for a, b in zip(received, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_masked_keys_may_hold_anything():
    key, value = KEY.copy(), VALUE.copy()
    hidden = np.repeat(~PADDING[:, None], 2, axis=1)
    key[hidden], value[hidden] = np.nan, np.inf
    options = {"window": 5, "causal": True}
    expected = run(lambda *x: local_attention(*x, PADDING, **options), QUERY, KEY, VALUE)
    received = run(lambda *x: local_attention(*x, PADDING, **options), QUERY, key, value)
    for a, b in zip(received, expected, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array(expected[0])[0, :, 45:80].any()


@pytest.mark.parametrize("jit_compile", [False, True])
def test_lengths_that_are_not_known_when_traced(jit_compile):
    shapes = [(None, 4, None, 5), (None, 2, None, 5), (None, 2, None, 3)]
    signature = [tf.TensorSpec(shape, "float64") for shape in shapes]

    @tf.function(input_signature=signature, jit_compile=jit_compile)
    def compiled(query, key, value):
        return local_attention(query, key, value, window=7)

    for length in (20, 90):
        tensors = [x[:, :, :length] for x in (QUERY, KEY, VALUE)]
        expected = local_attention(*tensors, window=7)
        np.testing.assert_allclose(compiled(*tensors), expected, atol=1e-12)


def test_dropout():
    options = {"window": 5, "dropout_rate": 0.5}
    first, again, other = (
        np.array(local_attention(QUERY, KEY, VALUE, dropout_seed=seed, **options))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window=0.*integer of at least 1"),
        ({"window": -3}, "window=-3.*integer of at least 1"),
        ({"query": QUERY[:, :, :8]}, r"equally long.*query \(2, 4, 8, 5\)"),
        ({"query": QUERY[0]}, r"rank 4.*query \(4, 90, 5\)"),
        ({"dropout_rate": 1.0}, r"dropout_rate=.*\[0, 1\)"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {"query": QUERY, "key": KEY, "value": VALUE, "window": 3, **change}
    with pytest.raises(ValueError, match=message):
        local_attention(**arguments)
