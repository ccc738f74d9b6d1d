import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.layers import ALiBi, MultiHeadAttention, RotaryPositionalEmbedding
from kerasdl.ops import causal_mask

RNG = np.random.default_rng(2)
X = RNG.normal(size=(2, 6, 8)).astype("float32")
MEMORY = RNG.normal(size=(2, 5, 4)).astype("float32")
KEY = RNG.normal(size=(2, 5, 3)).astype("float32")
PADDING = np.array([[True] * 6, [True, True, False, True, False, False]])


def randomize(layer):
    for number, weight in enumerate(layer.trainable_variables):
        values = np.random.default_rng(number).normal(size=weight.shape)
        weight.assign(values / np.sqrt(weight.shape[0]))


def copy_weights(layer, peer):
    """From one of Keras's attention layers, whose kernels have an axis of heads."""
    randomize(peer)
    peer_layers = (
        (peer.query_dense, peer.key_dense, peer.value_dense, peer.output_dense)
        if hasattr(peer, "query_dense")
        else (peer._query_dense, peer._key_dense, peer._value_dense, peer._output_dense)
    )
    layers = (layer.query_dense, layer.key_dense, layer.value_dense, layer.output_dense)
    for ours, theirs in zip(layers, peer_layers, strict=True):
        ours.kernel.assign(np.reshape(theirs.kernel, ours.kernel.shape))
        if theirs.bias is not None:
            ours.bias.assign(np.reshape(theirs.bias, ours.bias.shape))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("use_bias", [False, True])
def test_self_attention_equals_keras(causal, use_bias):
    peer = keras.layers.MultiHeadAttention(2, 3, value_dim=5, use_bias=use_bias, output_shape=7)
    layer = MultiHeadAttention(2, 3, 5, output_dim=7, causal=causal, use_bias=use_bias)
    peer.build(X.shape, X.shape)
    layer.build(X.shape)
    copy_weights(layer, peer)
    mask = RNG.random((2, 6, 6)) > 0.3
    mask |= np.eye(6, dtype=bool)  # Keras gives a bias where we give zeros
    expected = peer(X, X, use_causal_mask=causal, attention_mask=mask)
    np.testing.assert_allclose(layer(X, mask=mask), expected, atol=1e-5)
    np.testing.assert_allclose(layer(X, X, X, mask=mask), expected, atol=1e-5)
    expected, scores = peer(X, X, use_causal_mask=causal, return_attention_scores=True)
    received = layer(X, return_attention_scores=True)
    np.testing.assert_allclose(received[0], expected, atol=1e-5)
    np.testing.assert_allclose(received[1], scores, atol=1e-5)


def test_cross_attention_equals_keras():
    peer, layer = keras.layers.MultiHeadAttention(2, 4), MultiHeadAttention(2)
    peer.build(X.shape, MEMORY.shape, KEY.shape)
    layer.build(X.shape, MEMORY.shape, KEY.shape)
    copy_weights(layer, peer)
    np.testing.assert_allclose(layer(X, MEMORY, KEY), peer(X, MEMORY, KEY), atol=1e-5)


@pytest.mark.parametrize("key_heads", [1, 2])
def test_grouped_queries_equal_keras(key_heads):
    peer = keras.layers.GroupQueryAttention(3, 4, key_heads)
    layer = MultiHeadAttention(4, 3, num_key_value_heads=key_heads)
    peer.build(X.shape, X.shape)
    layer.build(X.shape)
    copy_weights(layer, peer)
    np.testing.assert_allclose(layer(X), peer(X, X), atol=1e-5)


def test_gradients_equal_keras():
    peer, layer = keras.layers.MultiHeadAttention(2, 4), MultiHeadAttention(2)
    peer.build(X.shape, X.shape)
    layer.build(X.shape)
    copy_weights(layer, peer)

    def gradients(function, variables):
        x = tf.constant(X)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(function(x) ** 2)
        return tape.gradient(loss, [x, *variables])

    ours = gradients(layer, layer.trainable_variables)
    theirs = gradients(lambda x: peer(x, x), peer.trainable_variables)
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, np.reshape(b, a.shape), atol=2e-4)


def test_the_masks_of_the_inputs_are_merged():
    tokens, memory_tokens = np.array([[1, 2, 0, 3]]), np.array([[3, 0, 1]])
    embedding = keras.layers.Embedding(4, 8, mask_zero=True)
    layer = MultiHeadAttention(2)
    query, memory = embedding(tokens), embedding(memory_tokens)
    plain_query, plain_memory = query + 0.0, memory + 0.0
    expected = layer(
        plain_query, plain_memory, query_mask=tokens != 0, value_mask=memory_tokens != 0
    )
    np.testing.assert_allclose(layer(query, memory), expected, atol=1e-6)
    assert not np.array(expected)[0, 2].any()
    pairs = RNG.random((1, 4, 3)) > 0.5
    received = layer(query, memory, mask=pairs)
    pairs = pairs & (tokens != 0)[:, :, None] & (memory_tokens != 0)[:, None]
    np.testing.assert_allclose(received, layer(plain_query, plain_memory, mask=pairs), atol=1e-6)
    # Alone, a sequence brings its mask for both sides, and takes it along.
    layer = MultiHeadAttention(2, causal=True)
    outputs = layer(query)
    pairs = (tokens != 0)[:, :, None] & (tokens != 0)[:, None]
    np.testing.assert_allclose(outputs, layer(plain_query, mask=pairs), atol=1e-6)
    np.testing.assert_array_equal(outputs._keras_mask, tokens != 0)
    outputs = layer(query, mask=np.ones((1, 4, 4), bool))
    np.testing.assert_array_equal(outputs._keras_mask, tokens != 0)


def test_a_mask_of_pairs_and_broken_positions():
    """A position that nobody attends to may hold anything, as long as its own row is not used."""
    mask = np.ones((2, 6, 6), bool)
    mask[:, 2], mask[:, :, 2] = False, False
    layer = MultiHeadAttention(2)
    layer.build(X.shape)
    randomize(layer)

    def run(x):
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = layer(x, mask=mask)
            loss = tf.reduce_sum(outputs**2)
        return [outputs, *tape.gradient(loss, [x, *layer.trainable_variables])]

    broken = X.copy()
    broken[:, 2] = np.nan
    for a, b in zip(run(broken), run(X), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_a_causal_mask_equals_causal():
    layer, other = MultiHeadAttention(2, causal=True), MultiHeadAttention(2)
    layer.build(X.shape)
    other.build(X.shape)
    randomize(layer)
    other.set_weights(layer.get_weights())
    np.testing.assert_allclose(layer(X), other(X, mask=causal_mask(6)), atol=1e-6)


def test_bias():
    layer = MultiHeadAttention(2)
    bias = RNG.normal(size=(2, 6, 6)).astype("float32")
    layer.build(X.shape)
    randomize(layer)
    _, weights = layer(X, return_attention_scores=True)
    _, biased = layer(X, bias=bias, return_attention_scores=True)
    expected = np.array(weights) * np.exp(bias)
    expected /= expected.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(biased, expected, atol=1e-5)


def make_for_generation(**arguments):
    layer = MultiHeadAttention(4, 2, num_key_value_heads=2, causal=True, **arguments)
    layer.build(X.shape)
    randomize(layer)
    return layer


@pytest.mark.parametrize("rotary", [None, RotaryPositionalEmbedding(base=20.0)])
@pytest.mark.parametrize("steps", [(1, 1, 1, 1, 1, 1), (3, 1, 2), (6,)])
@pytest.mark.parametrize("compiled", [False, True])
def test_generation_with_a_cache_equals_the_whole(steps, rotary, compiled):
    layer = make_for_generation(rotary=rotary)
    call = tf.function(layer, jit_compile=True) if compiled else layer
    cache, start, outputs = layer.init_cache(batch_size=2, max_length=7), 0, []
    for count in steps:
        output, cache = call(X[:, start : start + count], cache=cache)
        outputs.append(output)
        start += count
    np.testing.assert_allclose(np.concatenate(outputs, axis=1), layer(X), atol=1e-5)
    assert int(cache["index"]) == 6
    assert cache["key"].shape == (2, 2, 7, 2)


def test_padding_is_remembered_in_the_cache():
    """Prompts of different lengths, padded on the left."""
    layer = make_for_generation()
    padding = np.array([[True] * 6, [False, False, True, True, True, True]])
    whole = layer(X, mask=padding)
    cache = layer.init_cache(2, 8)
    first, cache = layer(X[:, :4], mask=padding[:, :4], cache=cache)
    second, cache = layer(X[:, 4:], mask=padding[:, 4:], cache=cache)
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), whole, atol=1e-5)
    assert not np.array(first)[1, :2].any()
    np.testing.assert_array_equal(cache["mask"][:, :6], padding)


def test_alibi_with_a_cache():
    layer, alibi = make_for_generation(), ALiBi(4)
    whole = layer(X, bias=alibi(X))
    cache = layer.init_cache(2, 8)
    for t in range(6):
        x = X[:, t : t + 1]
        bias = alibi(x, start_index=cache["index"], key_length=8)
        output, cache = layer(x, bias=bias, cache=cache)
        np.testing.assert_allclose(output[:, 0], whole[:, t], atol=1e-5)


def test_memory_is_projected_once():
    layer = MultiHeadAttention(2)
    layer.build(X.shape, MEMORY.shape, KEY.shape)
    randomize(layer)
    mask = np.array([[True] * 5, [True, False, True, False, False]])
    expected, scores = layer(X, MEMORY, KEY, value_mask=mask, return_attention_scores=True)
    memory = layer.cache_memory(MEMORY, KEY, mask)
    received, again, same = layer(X, cache=memory, return_attention_scores=True)
    np.testing.assert_allclose(received, expected, atol=1e-6)
    np.testing.assert_allclose(again, scores, atol=1e-6)
    assert same.keys() == memory.keys()
    step, _ = layer(X[:, 2:3], cache=memory)
    np.testing.assert_allclose(step, expected[:, 2:3], atol=1e-6)
    unmasked, _ = layer(X, cache=layer.cache_memory(MEMORY, KEY))
    np.testing.assert_allclose(unmasked, layer(X, MEMORY, KEY), atol=1e-6)


def test_a_functional_model_with_cache_and_scores():
    layer = make_for_generation()
    x = keras.Input((1, 8))
    cache = {
        "key": keras.Input((2, 7, 2)),
        "value": keras.Input((2, 7, 2)),
        "mask": keras.Input((7,), dtype="bool"),
        "index": keras.Input(batch_shape=(), dtype="int32"),
    }
    output, scores, new = layer(x, cache=cache, return_attention_scores=True)
    assert output.shape == (None, 1, 8)
    assert scores.shape == (None, 4, 1, 7)
    model = keras.Model([x, cache], [output, new])
    start = layer.init_cache(2, 7)
    received, after = model([tf.constant(X[:, :1]), start])
    expected, cache = layer(X[:, :1], cache=start)
    np.testing.assert_allclose(received, expected, atol=1e-6)
    for name in cache:
        np.testing.assert_allclose(after[name], cache[name], atol=1e-6)
        assert new[name].dtype == cache[name].dtype


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_cache_in_half_precision(policy):
    layer = make_for_generation(dtype=policy, rotary=RotaryPositionalEmbedding())
    cache = layer.init_cache(2, 6)
    output, cache = layer(X, cache=cache)
    assert output.dtype == cache["key"].dtype == layer.compute_dtype
    np.testing.assert_allclose(tf.cast(output, "float32"), tf.cast(layer(X), "float32"), atol=0.05)
    cross = MultiHeadAttention(2, dtype=policy)
    cross.build(X.shape, MEMORY.shape)
    received, _ = cross(X, cache=cross.cache_memory(MEMORY))
    np.testing.assert_allclose(
        tf.cast(received, "float32"), tf.cast(cross(X, MEMORY), "float32"), atol=0.05
    )


def test_dropout_acts_in_training_alone():
    layer = MultiHeadAttention(2, dropout=0.5, seed=1)
    twin = MultiHeadAttention(2, dropout=0.5, seed=1)
    inference = layer(X)
    twin.build(X.shape)
    twin.set_weights(layer.get_weights())
    training = layer(X, training=True)
    assert np.abs(training - inference).max() > 1e-3
    np.testing.assert_array_equal(training, twin(X, training=True))
    assert np.abs(layer(X, training=True) - training).max() > 1e-3
    np.testing.assert_array_equal(layer(X, training=False), inference)


def test_quantized_projections_are_used_as_they_are():
    x = RNG.normal(size=(2, 6, 16)).astype("float32")
    for value in (None, x):
        layer = MultiHeadAttention(2)
        expected = np.array(layer(x, value))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Keras's own, of NumPy
            for dense in (
                layer.query_dense,
                layer.key_dense,
                layer.value_dense,
                layer.output_dense,
            ):
                dense.quantize("int8")
        received = np.array(layer(x, value))
        assert 0 < np.abs(received - expected).max() < 0.1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: MultiHeadAttention(0), "num_heads=0.*integer of at least 1"),
        (lambda: MultiHeadAttention(2, 0), "key_dim=0.*integer of at least 1"),
        (lambda: MultiHeadAttention(4, num_key_value_heads=3), "num_key_value_heads=3.*divisor"),
        (lambda: MultiHeadAttention(2, dropout=1.0), r"dropout=1.0.*\[0, 1\)"),
        (lambda: MultiHeadAttention(2, rotary=len), "rotary=.*a Keras layer"),
        (lambda: MultiHeadAttention(3)(X), r"multiple of num_heads=3.*\(2, 6, 8\)"),
        (lambda: MultiHeadAttention(2)(X[0]), r"must be of rank 3.*query \(6, 8\)"),
        (lambda: MultiHeadAttention(2)(X, MEMORY[0]), r"must be of rank 3.*value \(5, 4\)"),
        (lambda: MultiHeadAttention(2)(X, MEMORY, KEY[:, :4]), r"equally long.*key \(2, 4, 3\)"),
        (lambda: MultiHeadAttention(2)(X[:, :0]), "empty time axis"),
        (lambda: MultiHeadAttention(2)(X, MEMORY[:, :0]), "empty time axis"),
        (lambda: MultiHeadAttention(2)(X, MEMORY, mask=PADDING), "`query_mask` and `value_mask`"),
        (
            lambda: MultiHeadAttention(2)(X, mask=PADDING[:, :5]),
            r"`query_mask`.*\(2, 6\).*\(2, 5\)",
        ),
        (
            lambda: MultiHeadAttention(2)(X, MEMORY, value_mask=PADDING),
            r"value_mask.*\(2, 5\).*Received shape \(2, 6\)",
        ),
        (
            lambda: MultiHeadAttention(2)(X, mask=np.ones((2, 6, 5), bool)),
            r"`mask` must be of shape \(2, 2, 6, 6\).*Received shape \(2, 1, 6, 5\)",
        ),
        (lambda: MultiHeadAttention(2)(X, mask=np.ones((2, 6, 6))), "must be boolean.*float"),
        (lambda: MultiHeadAttention(2)(X, mask=np.ones((2, 1, 1, 1, 6), bool)), "A mask must be"),
        (lambda: MultiHeadAttention(2)(X, bias=np.ones((3, 6, 6))), "`bias` must broadcast"),
        (lambda: MultiHeadAttention(2).init_cache(1, 2), "`init_cache` needs.*not built"),
        (lambda: MultiHeadAttention(2).cache_memory(X), "`cache_memory` needs.*not built"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_cache_that_is_full():
    layer = make_for_generation()
    _, cache = layer(X, cache=layer.init_cache(2, 7))
    with pytest.raises(ValueError, match="room for 7 positions, holds 6, and 2 more were given"):
        layer(X[:, :2], cache=cache)
    with pytest.raises(ValueError, match="room for 5 positions, holds 0, and 6 more were given"):
        tf.function(layer)(X, cache=layer.init_cache(2, 5))


def test_memory_and_value():
    layer = MultiHeadAttention(2)
    layer.build(X.shape, MEMORY.shape)
    with pytest.raises(ValueError, match="holds keys and values already"):
        layer(X, MEMORY, cache=layer.cache_memory(MEMORY))
