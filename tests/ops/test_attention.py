"""The oracle is a loop over NumPy float64 numbers, one query at a time."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import scaled_dot_product_attention
from kerasdl.ops.attention_weights import drop_weights, kept_weights

RNG = np.random.default_rng(7)
QUERY = RNG.normal(size=(2, 4, 6, 5))
KEY = RNG.normal(size=(2, 2, 7, 5))
VALUE = RNG.normal(size=(2, 2, 7, 3))
UPSTREAM = RNG.normal(size=(2, 4, 6, 3))
BIAS = RNG.normal(size=(4, 1, 7))
PADDING = np.array([[True, True, False, True, True, False, False], [True] * 7])
PAIRS = RNG.random((2, 4, 6, 7)) > 0.4
PAIRS[0, 1, 2] = False
PAIRS[1, :, 0] = False
MASKS = {"none": None, "padding": PADDING, "rows": PAIRS[:, 0], "heads": PAIRS, "all": PAIRS[:1]}
BLOCKS = [None, 1, 4, 100]


def loop(query, key, value, mask=None, bias=None, causal=False, offset=0, scale=None):
    """Outputs and weights, one query after the other."""
    batch, heads, queries, width = query.shape
    keys, group = key.shape[2], heads // key.shape[1]
    allowed = np.ones((batch, heads, queries, keys), bool)
    if mask is not None:
        mask = mask[:, None, None] if mask.ndim == 2 else mask
        allowed &= mask[:, None] if mask.ndim == 3 else mask
    bias = np.broadcast_to(0.0 if bias is None else bias, allowed.shape)
    scale = width**-0.5 if scale is None else scale
    outputs = np.zeros((batch, heads, queries, value.shape[3]))
    weights = np.zeros(allowed.shape)
    for b, h, i in np.ndindex(batch, heads, queries):
        seen = allowed[b, h, i] & ((np.arange(keys) <= i + offset) | (not causal))
        if not seen.any():
            continue
        scores = key[b, h // group, seen] @ query[b, h, i] * scale + bias[b, h, i, seen]
        exponentials = np.exp(scores - scores.max())
        weights[b, h, i, seen] = exponentials / exponentials.sum()
        outputs[b, h, i] = weights[b, h, i, seen] @ value[b, h // group, seen]
    return outputs, weights


def gradients(*tensors, upstream=UPSTREAM, **options):
    """Output and the gradients of `sum(output * upstream)`."""
    tensors = [tf.constant(tensor) for tensor in tensors]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        bias = tensors[3] if len(tensors) == 4 else None
        outputs = scaled_dot_product_attention(*tensors[:3], bias=bias, **options)
        outputs = outputs[0] if isinstance(outputs, tuple) else outputs
        loss = tf.reduce_sum(outputs * tf.cast(upstream, outputs.dtype))
    return [outputs.numpy(), *(gradient.numpy() for gradient in tape.gradient(loss, tensors))]


def central_differences(function, tensors, step=1e-6):
    """Derivatives of a NumPy function of some arrays."""
    results = []
    for position, tensor in enumerate(tensors):
        gradient = np.zeros_like(tensor)
        for index in np.ndindex(tensor.shape):
            ends = []
            for sign in (1, -1):
                moved = [other.copy() for other in tensors]
                moved[position][index] += sign * step
                ends.append(function(*moved))
            gradient[index] = (ends[0] - ends[1]) / (2 * step)
        results.append(gradient)
    return results


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("mask", MASKS)
def test_equals_the_loop(mask, causal):
    options = {"mask": MASKS[mask], "causal": causal}
    expected, weights = loop(QUERY, KEY, VALUE, bias=BIAS, **options)
    for block_size in BLOCKS:
        outputs = scaled_dot_product_attention(
            QUERY, KEY, VALUE, bias=BIAS, block_size=block_size, **options
        )
        np.testing.assert_allclose(outputs, expected, atol=1e-12)
    both = scaled_dot_product_attention(
        QUERY, KEY, VALUE, bias=BIAS, return_weights=True, **options
    )
    np.testing.assert_allclose(both[0], expected, atol=1e-12)
    np.testing.assert_allclose(both[1], weights, atol=1e-12)


@pytest.mark.parametrize("offset", [-2, 1, 3])
def test_query_offset_and_scale(offset):
    options = {"causal": True, "scale": 0.7}
    expected, _ = loop(QUERY, KEY, VALUE, offset=offset, **options)
    for query_offset in (offset, tf.constant(offset)):
        for block_size in BLOCKS:
            outputs = scaled_dot_product_attention(
                QUERY,
                KEY,
                VALUE,
                mask=np.ones((1, 7), bool),
                query_offset=query_offset,
                block_size=block_size,
                **options,
            )
            np.testing.assert_allclose(outputs, expected, atol=1e-12)


@pytest.mark.parametrize("causal", [False, True])
def test_equals_keras(causal):
    time_before_heads = [np.swapaxes(tensor, 1, 2) for tensor in (QUERY, KEY, VALUE)]
    query, key, value = time_before_heads
    key, value = np.repeat(key, 2, axis=2), np.repeat(value, 2, axis=2)
    # Keras leaves a row that is masked wholly to chance, so there is none here.
    mask = np.broadcast_to(PADDING[:, None, None], (2, 4, 6, 7))
    expected = keras.ops.dot_product_attention(query, key, value, mask=mask, is_causal=causal)
    outputs = scaled_dot_product_attention(QUERY, KEY, VALUE, mask=PADDING, causal=causal)
    np.testing.assert_allclose(outputs, np.swapaxes(expected, 1, 2), atol=1e-6)


@pytest.mark.parametrize("block_size", BLOCKS)
@pytest.mark.parametrize(("mask", "causal"), [(None, False), (None, True), ("heads", True)])
def test_gradients_equal_central_differences_of_the_loop(mask, causal, block_size):
    key, value = KEY[:1, :, :5], VALUE[:1, :, :5]
    query, upstream, bias = QUERY[:1, :, :3], UPSTREAM[:1, :, :3], BIAS[:, :, :5]
    mask = None if mask is None else MASKS[mask][:1, :, :3, :5]

    def loss(query, key, value, bias):
        return (loop(query, key, value, mask, bias, causal)[0] * upstream).sum()

    expected = central_differences(loss, [query, key, value, bias])
    received = gradients(
        query, key, value, bias, upstream=upstream, mask=mask, causal=causal, block_size=block_size
    )
    for gradient, numeric in zip(received[1:], expected, strict=True):
        np.testing.assert_allclose(gradient, numeric, atol=1e-8)


@pytest.mark.parametrize(
    "bias_shape", [(1, 1, 1, 7), (2, 4, 6, 7), (4, 6, 7), (6, 7), (2, 1, 1, 7)]
)
@pytest.mark.parametrize("block_size", [1, 4])
def test_blocks_and_one_piece_have_the_same_gradients(bias_shape, block_size):
    bias = RNG.normal(size=bias_shape)
    options = {"mask": PAIRS, "causal": True}
    # With weights on request the gradient is TensorFlow's own, not the one written out.
    expected = gradients(QUERY, KEY, VALUE, bias, return_weights=True, **options)
    for blocks in (None, block_size):
        received = gradients(QUERY, KEY, VALUE, bias, block_size=blocks, **options)
        for a, b in zip(received, expected, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("causal", [False, True])
def test_blocks_that_are_chosen_for_long_sequences(causal):
    """The automatic rule: 600 is long enough for blocks if causal, 2048 for recomputation."""
    query = RNG.normal(size=(1, 1, 600, 2)).astype("float32")
    long = RNG.normal(size=(1, 1, 2048, 2)).astype("float32")
    for x in (query, long):
        options = {"causal": causal, "upstream": np.ones_like(x)}
        expected = gradients(x, x, x, return_weights=True, **options)
        for a, b in zip(gradients(x, x, x, **options), expected, strict=True):
            np.testing.assert_allclose(a, b, atol=2e-5)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("path", ["plain", "blocks", "weights", "dropout"])
def test_a_row_masked_wholly_gives_zeros_and_no_gradient(path, dtype):
    options = {
        "plain": {},
        "blocks": {"block_size": 2},
        "weights": {"return_weights": True},
        "dropout": {"dropout_rate": 0.5, "dropout_seed": 1},
    }[path]
    mask = np.ones((2, 1, 6, 7), bool)
    mask[0, :, 2:] = False
    tensors = [tf.cast(tensor, dtype) for tensor in (QUERY * 100, KEY * 10, VALUE)]
    outputs, d_query, d_key, d_value = gradients(*tensors, mask=mask, **options)
    assert not outputs[0, :, 2:].any()
    assert not d_query[0, :, 2:].any()
    assert outputs[0, :, :2].any()
    assert outputs.dtype == np.dtype(tensors[0].dtype.as_numpy_dtype)
    mask[0] = False
    _, _, d_key, d_value = gradients(*tensors, mask=mask, **options)
    assert not d_key[0].any()
    assert not d_value[0].any()
    assert d_value[1].any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300])
@pytest.mark.parametrize("path", ["plain", "blocks", "weights", "dropout"])
def test_what_is_masked_has_no_influence(path, bad):
    options = {
        "plain": {},
        "blocks": {"block_size": 2},
        "weights": {"return_weights": True},
        "dropout": {"dropout_rate": 0.5, "dropout_seed": 1},
    }[path]
    clean = gradients(QUERY, KEY, VALUE, mask=PADDING, **options)
    key, value = KEY.copy(), VALUE.copy()
    key[:, :, :, :2][~PADDING[:, None, :].repeat(2, 1)] = bad
    value[~PADDING[:, None, :].repeat(2, 1)] = bad
    for a, b in zip(gradients(QUERY, key, value, mask=PADDING, **options), clean, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("block_size", BLOCKS)
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_comes_later_has_no_influence_if_causal(bad, block_size):
    """Only queries that see a broken value are broken, and the others' gradients are not."""
    key, value, upstream = KEY.copy(), VALUE.copy(), UPSTREAM.copy()
    upstream[:, :, 3:] = 0.0
    clean = gradients(QUERY, key, value, causal=True, upstream=upstream)
    key[:, 0, 3], value[:, 1, 4] = bad, bad
    options = {"causal": True, "block_size": block_size}
    received = gradients(QUERY, key, value, upstream=upstream, **options)
    np.testing.assert_allclose(received[0][:, :, :3], clean[0][:, :, :3], atol=1e-12)
    assert np.isnan(received[0][:, :, 3:]).all()
    for a, b in zip(received[1:], clean[1:], strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("block_size", BLOCKS)
def test_a_broken_query_breaks_its_own_row_alone(block_size):
    query, upstream = QUERY.copy(), UPSTREAM.copy()
    query[0, 0, 0] = np.nan
    outputs = gradients(query, KEY, VALUE, block_size=block_size)[0]
    assert np.isnan(outputs[0, 0, 0]).all()
    expected = gradients(QUERY, KEY, VALUE, block_size=block_size)[0]
    expected[0, 0, 0] = np.nan
    np.testing.assert_allclose(outputs, expected, atol=1e-12)
    upstream[0, 0, 0] = np.nan
    clean = gradients(QUERY, KEY, VALUE, block_size=block_size)
    received = gradients(QUERY, KEY, VALUE, upstream=upstream, block_size=block_size)
    # The upstream gradient of one row is about its query, and all keys of its group.
    for a, b in zip(received[2:], clean[2:], strict=True):
        np.testing.assert_allclose(a[1], b[1], atol=1e-12)
        np.testing.assert_allclose(a[0, 1], b[0, 1], atol=1e-12)
    np.testing.assert_allclose(received[1][:, 1:], clean[1][:, 1:], atol=1e-12)


def test_a_broken_value_that_is_attended_to_shows():
    value = VALUE.copy()
    value[0, 0, 1, 0] = np.inf
    outputs = np.array(scaled_dot_product_attention(QUERY, KEY, value, mask=PAIRS))
    broken = np.isnan(outputs).all(axis=-1)
    expected = PAIRS[:, :, :, 1] & np.array([True, False])[:, None, None]
    np.testing.assert_array_equal(broken, expected)


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 4e-3), ("bfloat16", 3e-2)])
@pytest.mark.parametrize("block_size", [None, 4])
def test_half_precision(dtype, tolerance, block_size):
    tensors = [tf.cast(tensor, dtype) for tensor in (QUERY, KEY, VALUE)]
    options = {"mask": PAIRS, "block_size": block_size}
    exact = [tf.cast(tensor, "float64") for tensor in tensors]
    expected = gradients(*exact, mask=PAIRS)
    for a, b in zip(gradients(*tensors, **options), expected, strict=True):
        np.testing.assert_allclose(a.astype("float64"), b, atol=4 * tolerance)
    outputs, weights = scaled_dot_product_attention(*tensors, mask=PAIRS, return_weights=True)
    assert outputs.dtype == dtype
    assert weights.dtype == "float32"


def test_dropout_zeroes_and_scales_weights():
    weights = np.ones((50, 4, 10, 10), "float32")
    seed = tf.constant([1, 2])
    kept = kept_weights(weights, 0.25, seed)
    dropped = np.array(drop_weights(weights, kept, 0.25))
    # 20000 weights: the fraction's standard deviation is 0.003.
    assert abs((dropped == 0).mean() - 0.25) < 0.015
    np.testing.assert_allclose(dropped[dropped != 0], 1 / 0.75, rtol=1e-6)
    np.testing.assert_array_equal(kept, kept_weights(weights, 0.25, seed))
    other = np.array(kept_weights(weights, 0.25, seed, block=1))
    # Independent blocks agree with probability 0.75^2 + 0.25^2 = 0.625.
    assert abs((other == (dropped != 0)).mean() - 0.625) < 0.02


@pytest.mark.parametrize("block_size", [None, 4])
def test_dropout_is_on_the_weights(block_size):
    """With the identity for values, outputs are the weights, dropped and scaled."""
    key, identity = RNG.normal(size=(1, 1, 40, 5)), np.eye(40)[None, None]
    query = RNG.normal(size=(1, 1, 40, 5))
    options = {"block_size": block_size, "dropout_rate": 0.4}
    _, weights = loop(query, key, identity)
    outputs = np.array(
        scaled_dot_product_attention(query, key, identity, dropout_seed=3, **options)
    )
    kept = outputs != 0
    np.testing.assert_allclose(outputs[kept], weights[kept] / 0.6, rtol=1e-12)
    assert abs(kept.mean() - 0.6) < 0.06  # four standard deviations of 1600 draws
    again = scaled_dot_product_attention(query, key, identity, dropout_seed=3, **options)
    np.testing.assert_array_equal(outputs, again)
    other = scaled_dot_product_attention(query, key, identity, dropout_seed=4, **options)
    assert np.abs(outputs - other).max() > 0
    generator = keras.random.SeedGenerator(3)
    first, second = (
        np.array(
            scaled_dot_product_attention(query, key, identity, dropout_seed=generator, **options)
        )
        for _ in range(2)
    )
    assert np.abs(first - second).max() > 0


@pytest.mark.parametrize("block_size", [None, 2])
def test_gradients_see_the_same_dropout(block_size):
    query, upstream = QUERY[:1, :2, :4], UPSTREAM[:1, :2, :4]
    key, value = KEY[:1, :, :4], VALUE[:1, :, :4]
    options = {
        "causal": True,
        "dropout_rate": 0.3,
        "dropout_seed": 5,
        "block_size": block_size,
    }

    def loss(*tensors):
        return (np.array(scaled_dot_product_attention(*tensors, **options)) * upstream).sum()

    expected = central_differences(loss, [query, key, value])
    received = gradients(query, key, value, upstream=upstream, **options)
    for gradient, numeric in zip(received[1:], expected, strict=True):
        np.testing.assert_allclose(gradient, numeric, atol=1e-8)


@pytest.mark.parametrize("block_size", [None, 4])
def test_second_derivatives(block_size):
    """A gradient penalty: the gradient of the norm of the gradient, against central differences."""
    x, upstream = QUERY[:1, :1, :5, :3], UPSTREAM[:1, :1, :5]

    def first(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = scaled_dot_product_attention(x, x, x, causal=True, block_size=block_size)
            loss = tf.reduce_sum(outputs * upstream)
        return tf.reduce_sum(tape.gradient(loss, x) ** 2)

    def second(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            penalty = first(x)
        return tape.gradient(penalty, x)

    (expected,) = central_differences(lambda x: float(first(tf.constant(x))), [x])
    np.testing.assert_allclose(second(tf.constant(x)), expected, atol=1e-7)
    np.testing.assert_allclose(tf.function(second)(tf.constant(x)), expected, atol=1e-7)


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("block_size", [None, 4])
def test_compiled(block_size, jit_compile):
    options = {
        "causal": True,
        "mask": PADDING,
        "block_size": block_size,
        "dropout_rate": 0.3,
        "dropout_seed": 1,
    }

    @tf.function(jit_compile=jit_compile)
    def compiled(query, key, value):
        tensors = (query, key, value)
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = scaled_dot_product_attention(query, key, value, **options)
            loss = tf.reduce_sum(outputs * UPSTREAM)
        return outputs, *tape.gradient(loss, tensors)

    received = compiled(QUERY, KEY, VALUE)
    for a, b in zip(received, gradients(QUERY, KEY, VALUE, **options), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


@pytest.mark.parametrize("block_size", [None, 1, 4, 100])
@pytest.mark.parametrize(
    ("mask", "bias_shape", "known"),
    [
        ("padding", (2, 4, 6, 7), (None, 4, None, None)),
        ("heads", (1, 4, 1, 7), (1, 4, 1, None)),
        ("padding", (1, 1, 6, 7), (1, 1, 6, 7)),
    ],
)
@pytest.mark.parametrize("jit_compile", [False, True])
def test_lengths_that_are_not_known_when_traced(jit_compile, mask, bias_shape, known, block_size):
    mask, bias = MASKS[mask], RNG.normal(size=bias_shape)
    shapes = [(None, 4, None, 5), (None, 2, None, 5), (None, 2, None, 3), known]
    signature = [
        *(tf.TensorSpec(shape, "float64") for shape in shapes),
        tf.TensorSpec([None] * mask.ndim, "bool"),
        tf.TensorSpec((None, None, None, None), "float64"),
    ]

    @tf.function(input_signature=signature, jit_compile=jit_compile)
    def compiled(query, key, value, bias, mask, upstream):
        tensors = (query, key, value, bias)
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = scaled_dot_product_attention(
                *tensors[:3], mask=mask, bias=bias, causal=True, block_size=block_size
            )
            loss = tf.reduce_sum(outputs * upstream)
        return outputs, *tape.gradient(loss, tensors)

    expected = gradients(QUERY, KEY, VALUE, bias, mask=mask, causal=True)
    received = compiled(QUERY, KEY, VALUE, bias, mask, UPSTREAM)
    for a, b in zip(received, expected, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_a_bias_that_turns_out_to_be_shared():
    """Its size of 1 is not known when traced, and its gradient is a sum all the same."""
    bias = RNG.normal(size=(1, 4, 1, 7))
    signature = [tf.TensorSpec((None, None, None, None), "float64")]

    @tf.function(input_signature=signature)
    def compiled(bias):
        with tf.GradientTape() as tape:
            tape.watch(bias)
            outputs = scaled_dot_product_attention(QUERY, KEY, VALUE, bias=bias)
            loss = tf.reduce_sum(outputs * UPSTREAM)
        return outputs, tape.gradient(loss, bias)

    outputs, _, _, _, gradient = gradients(QUERY, KEY, VALUE, bias)
    for a, b in zip(compiled(bias), (outputs, gradient), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_dropout_in_a_loop_is_the_same_forwards_and_backwards():
    """Its blocks of 3 queries are those of known lengths, and so is what they drop."""
    shapes = [(None, 4, None, 5), (None, 2, None, 5), (None, 2, None, 3)]
    options = {"dropout_rate": 0.4, "dropout_seed": 3, "block_size": 3}

    @tf.function(input_signature=[tf.TensorSpec(shape, "float64") for shape in shapes])
    def compiled(*tensors):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            outputs = scaled_dot_product_attention(*tensors, **options)
            loss = tf.reduce_sum(outputs * UPSTREAM)
        return outputs, *tape.gradient(loss, tensors)

    received = compiled(QUERY, KEY, VALUE)
    for a, b in zip(received, gradients(QUERY, KEY, VALUE, **options), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_different_dtypes_meet_at_the_wider():
    outputs = scaled_dot_product_attention(QUERY.astype("float32"), KEY, VALUE)
    assert outputs.dtype == "float64"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"query": QUERY[0]}, r"rank 4.*query \(4, 6, 5\).*Add an axis"),
        ({"query": QUERY[..., :4]}, r"equally wide.*query \(2, 4, 6, 4\)"),
        ({"value": VALUE[:, :, :6]}, r"same heads and time.*value \(2, 2, 6, 3\)"),
        ({"value": VALUE[:, :1]}, r"same heads and time.*value \(2, 1, 7, 3\)"),
        ({"query": QUERY[:, :3]}, r"multiple of the number of key heads.*\(2, 3, 6, 5\)"),
        ({"query": QUERY[:, :, :0]}, r"empty time axis.*\(2, 4, 0, 5\)"),
        ({"key": KEY[:, :, :0], "value": VALUE[:, :, :0]}, r"empty time axis"),
        ({"mask": PAIRS[:, :3]}, r"`mask` must broadcast.*Received shape \(2, 3, 6, 7\)"),
        ({"mask": PAIRS[..., :1]}, r"`mask` must broadcast.*Received shape \(2, 4, 6, 1\)"),
        ({"mask": PAIRS[..., :5]}, r"`mask` must broadcast.*Received shape \(2, 4, 6, 5\)"),
        ({"mask": PAIRS.astype("float32")}, r"`mask` must be boolean.*float32"),
        ({"bias": BIAS[:3]}, r"`bias` must broadcast.*Received shape \(3, 1, 7\)"),
        ({"bias": np.ones((1, 2, 4, 6, 7))}, r"`bias` must broadcast.*\(1, 2, 4, 6, 7\)"),
        ({"dropout_rate": 1.0, "dropout_seed": 1}, r"dropout_rate=1.0.*\[0, 1\)"),
        ({"dropout_rate": -0.1, "dropout_seed": 1}, r"dropout_rate=-0.1.*\[0, 1\)"),
        ({"dropout_rate": 0.1}, "Dropout needs a seed"),
        ({"block_size": 0}, "block_size=0.*integer of at least 1"),
        ({"block_size": 4, "return_weights": True}, "cannot be returned too"),
    ],
)
def test_bad_arguments(change, message):
    arguments = {"query": QUERY, "key": KEY, "value": VALUE, **change}
    with pytest.raises(ValueError, match=message):
        scaled_dot_product_attention(**arguments)
