import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import additive_attention

RNG = np.random.default_rng(8)
QUERY, KEY = RNG.normal(size=(2, 4, 5)), RNG.normal(size=(2, 6, 5))
VALUE, SCALE = RNG.normal(size=(2, 6, 3)), RNG.normal(size=5)
MASK = RNG.random((2, 4, 6)) > 0.4
MASK[1, 2] = False


def loop(mask):
    outputs, weights = np.zeros((2, 4, 3)), np.zeros((2, 4, 6))
    for b, i in np.ndindex(2, 4):
        seen = mask[b, i]
        if seen.any():
            scores = np.tanh(QUERY[b, i] + KEY[b, seen]) @ SCALE
            weights[b, i, seen] = np.exp(scores) / np.exp(scores).sum()
            outputs[b, i] = weights[b, i] @ VALUE[b]
    return outputs, weights


def test_equals_the_loop():
    for mask in (MASK, np.ones_like(MASK)):
        expected = loop(mask)
        received = additive_attention(QUERY, KEY, VALUE, SCALE, mask, return_weights=True)
        for a, b in zip(received, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
    np.testing.assert_allclose(additive_attention(QUERY, KEY, VALUE, SCALE), expected[0])


def test_equals_keras():
    layer = keras.layers.AdditiveAttention(dtype="float64")
    layer.build([QUERY.shape, VALUE.shape, KEY.shape])
    layer.scale.assign(SCALE)
    padding = np.array([[True] * 6, [True, False, True, True, False, False]])
    expected = layer([QUERY, VALUE, KEY], mask=[None, padding])
    received = additive_attention(QUERY, KEY, VALUE, SCALE, padding[:, None])
    np.testing.assert_allclose(received, expected, atol=1e-12)


def test_masked_keys_may_hold_anything():
    padding = np.array([[True] * 6, [True, False, True, True, False, False]])
    key, value = KEY.copy(), VALUE.copy()
    key[~padding], value[~padding] = np.inf, np.nan

    def run(*tensors):
        tensors = [tf.constant(tensor) for tensor in tensors]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = additive_attention(*tensors, padding[:, None])
            loss = tf.reduce_sum(outputs**2)
        return [outputs, *tape.gradient(loss, tensors)]

    clean, broken = run(QUERY, KEY, VALUE, SCALE), run(QUERY, key, value, SCALE)
    for a, b in zip(broken, clean, strict=True):
        np.testing.assert_array_equal(a, b)


def test_dropout():
    identity = np.broadcast_to(np.eye(6), (2, 6, 6))
    options = {"dropout_rate": 0.5, "dropout_seed": 2, "return_weights": True}
    outputs, weights = additive_attention(QUERY, KEY, identity, SCALE, **options)
    outputs, weights = np.array(outputs), np.array(weights)
    np.testing.assert_allclose(outputs[outputs != 0], 2 * weights[outputs != 0], atol=1e-12)
    assert 0.2 < (outputs == 0).mean() < 0.8  # 48 draws: four standard deviations


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": QUERY[0]}, r"shape \(batch, time, units\).*query \(4, 5\)"),
        ({"query": QUERY[..., :4]}, r"shape \(batch, time, units\).*query \(2, 4, 4\)"),
        ({"dropout_rate": 2}, r"dropout_rate=.*\[0, 1\)"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {"query": QUERY, "key": KEY, "value": VALUE, "scale": SCALE, **change}
    with pytest.raises(ValueError, match=message):
        additive_attention(**arguments)
