"""The other attention layers, against `MultiHeadAttention`, Keras and the functions below them."""

import keras
import numpy as np
import pytest

from kerasdl import ops
from kerasdl.layers import (
    AdditiveAttention,
    LinearAttention,
    LinformerAttention,
    LocalAttention,
    MultiHeadAttention,
    PerformerAttention,
    RotaryPositionalEmbedding,
    ScaledDotProductAttention,
)

RNG = np.random.default_rng(3)
X = RNG.normal(size=(2, 6, 8)).astype("float32")
MEMORY = RNG.normal(size=(2, 5, 4)).astype("float32")
PADDING = np.array([[True] * 6, [True, True, False, True, False, False]])
PAIRS = np.ones((2, 6, 6), bool)
VARIANTS = {
    "local": lambda **k: LocalAttention(2, window=3, **k),
    "linear": lambda **k: LinearAttention(2, **k),
    "linformer": lambda **k: LinformerAttention(2, max_length=9, rank=3, **k),
    "performer": lambda **k: PerformerAttention(2, num_features=9, seed=1, **k),
}


def heads(layer, x=X):
    """Query, key and value of a layer, projected one by one."""
    dense = (layer.query_dense, layer.key_dense, layer.value_dense)
    return [np.array(d(x)).reshape(2, -1, 2, 4).transpose(0, 2, 1, 3) for d in dense]


def project_back(layer, context):
    return layer.output_dense(np.array(context).transpose(0, 2, 1, 3).reshape(2, -1, 8))


@pytest.mark.parametrize("causal", [False, True])
def test_local_attention_is_attention_with_a_window(causal):
    x = RNG.normal(size=(2, 80, 8)).astype("float32")
    options = {"causal": causal, "rotary": RotaryPositionalEmbedding(), "num_key_value_heads": 1}
    layer, plain = LocalAttention(2, window=7, **options), MultiHeadAttention(2, **options)
    layer.build(x.shape)
    plain.build(x.shape)
    plain.set_weights(layer.get_weights())
    expected = plain(x, mask=ops.sliding_window_mask(80, window=7))
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_linear_attention(causal):
    layer = LinearAttention(2, causal=causal)
    received = layer(X, mask=PADDING)
    context = ops.linear_attention(*heads(layer), PADDING, causal=causal)
    expected = project_back(layer, context) * PADDING[:, :, None]
    np.testing.assert_allclose(received, expected, atol=1e-5)


def test_performer_attention():
    layer = PerformerAttention(2, num_features=9, seed=4)
    received = layer(X)
    projection = layer.random_projection.numpy()
    np.testing.assert_allclose(projection, ops.orthogonal_gaussian(9, 4, 4), rtol=1e-6)
    context = ops.performer_attention(*heads(layer), projection)
    np.testing.assert_allclose(received, project_back(layer, context), atol=1e-5)
    assert not any("random" in weight.path for weight in layer.trainable_weights)


def test_performer_attention_approximates_multi_head_attention():
    plain, x = MultiHeadAttention(2), X / 2
    expected = np.array(plain(x))
    errors = []
    for features in (4, 4096):
        layer = PerformerAttention(2, num_features=features, seed=1)
        layer.build(X.shape)
        for name in ("query_dense", "key_dense", "value_dense", "output_dense"):
            getattr(layer, name).set_weights(getattr(plain, name).get_weights())
        errors.append(np.abs(layer(x) - expected).mean())
    assert errors[1] < 0.02
    assert errors[1] < errors[0] / 5


def test_projections_without_a_seed_follow_the_global_one():
    drawn = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        layer = PerformerAttention(2, num_features=3)
        layer.build(X.shape)
        drawn.append(layer.random_projection.numpy())
    np.testing.assert_array_equal(drawn[0], drawn[1])
    assert np.abs(drawn[0] - drawn[2]).max() > 0


def test_linformer_attention():
    layer = LinformerAttention(2, max_length=9, rank=3)
    received = layer(X, mask=PADDING)
    query, key, value = heads(layer)
    key, value = (x * PADDING[:, None, :, None] for x in (key, value))
    mixtures = layer.key_mixture.numpy()[:6], layer.value_mixture.numpy()[:6]
    key = np.einsum("tr,bhtd->bhrd", mixtures[0], key)
    value = np.einsum("tr,bhtd->bhrd", mixtures[1], value)
    scores = np.exp(np.einsum("bhqd,bhrd->bhqr", query, key) / 2)
    weights = scores / scores.sum(axis=-1, keepdims=True)
    context = np.einsum("bhqr,bhrd->bhqd", weights, value)
    expected = project_back(layer, context) * PADDING[:, :, None]
    np.testing.assert_allclose(received, expected, atol=1e-5)


def test_more_padding_changes_nothing():
    longer = np.concatenate([X, np.full((2, 3, 8), 1e3, "float32")], axis=1)
    mask = np.concatenate([PADDING, np.zeros((2, 3), bool)], axis=1)
    for name, make in VARIANTS.items():
        layer = make()
        expected = layer(X, mask=PADDING)
        received = layer(longer, mask=mask)[:, :6]
        np.testing.assert_allclose(received, expected, atol=1e-5, err_msg=name)


def test_additive_attention_equals_keras():
    """With projections to the identity; and the network of one score by hand."""
    layer, peer = AdditiveAttention(8), keras.layers.AdditiveAttention()
    layer.build(X.shape)
    peer.build([X.shape, X.shape, X.shape])
    identity, scale = np.eye(8), RNG.normal(size=8)
    layer.query_dense.set_weights([identity, np.zeros(8)])
    layer.key_dense.set_weights([identity])
    layer.scale.assign(scale[:, None])
    peer.scale.assign(scale)
    expected, weights = peer([X, X], mask=[PADDING, PADDING], return_attention_scores=True)
    received = layer(X, mask=PADDING, return_attention_scores=True)
    np.testing.assert_allclose(received[0], expected * PADDING[:, :, None], atol=1e-5)
    np.testing.assert_allclose(
        np.array(received[1])[PADDING], np.array(weights)[PADDING], atol=1e-5
    )

    layer = AdditiveAttention(3)
    _, weights = layer(X, MEMORY, return_attention_scores=True)
    (w, b), (u,) = layer.query_dense.get_weights(), layer.key_dense.get_weights()
    v = layer.scale.numpy()
    scores = np.tanh((X @ w + b)[:, :, None] + (MEMORY @ u)[:, None]) @ v[:, 0]
    expected = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(weights, expected, atol=1e-6)


def test_scaled_dot_product_attention_equals_keras():
    peer = keras.layers.Attention()
    query = X * 8**-0.5  # Keras does not scale
    expected, scores = peer([query, X], mask=[None, PADDING], return_attention_scores=True)
    layer = ScaledDotProductAttention()
    received = layer(X, X, value_mask=PADDING, return_attention_scores=True)
    np.testing.assert_allclose(received[0], expected, atol=1e-5)
    np.testing.assert_allclose(received[1], scores, atol=1e-6)
    received = ScaledDotProductAttention(scale=1.0)(query, X, value_mask=PADDING)
    np.testing.assert_allclose(received, expected, atol=1e-5)


def test_scaled_dot_product_attention_with_and_without_heads():
    layer = ScaledDotProductAttention(causal=True)
    stacked = np.stack([X, 2 * X], axis=1)
    mask, bias = RNG.random((2, 6, 6)) > 0.4, RNG.normal(size=(6, 6)).astype("float32")
    options = {"mask": mask, "bias": bias, "return_attention_scores": True}
    received = layer(stacked, query_mask=PADDING, **options)
    assert received[0].shape == (2, 2, 6, 8)
    assert received[1].shape == (2, 2, 6, 6)
    for head in range(2):
        expected = layer(stacked[:, head], query_mask=PADDING, **options)
        for a, b in zip(received, expected, strict=True):
            np.testing.assert_allclose(a[:, head], b, atol=1e-6)
    assert not np.array(received[0])[1, :, 2].any()


@pytest.mark.parametrize("layer", [ScaledDotProductAttention, lambda: AdditiveAttention(3)])
def test_symbolic_scores(layer):
    query, value = keras.Input((None, 8)), keras.Input((5, 8))
    outputs, scores = layer()(query, value, return_attention_scores=True)
    model = keras.Model([query, value], [outputs, scores])
    received = model([X, X[:, :5]])
    assert outputs.shape == (None, None, 8)
    assert scores.shape == (None, None, 5)
    assert received[0].shape == (2, 6, 8)
    assert received[1].shape == (2, 6, 5)
    np.testing.assert_allclose(np.sum(received[1], axis=-1), 1.0, atol=1e-6)


@pytest.mark.parametrize(
    "make",
    [
        lambda **k: LocalAttention(2, window=3, **k),
        lambda **k: LinformerAttention(2, max_length=9, rank=3, **k),
        lambda **k: AdditiveAttention(4, **k),
        lambda **k: ScaledDotProductAttention(**k),
    ],
)
def test_dropout_acts_in_training_alone(make):
    layer = make(dropout=0.5, seed=1)
    inference = layer(X)
    training = layer(X, training=True)
    assert np.abs(training - inference).max() > 1e-3
    np.testing.assert_array_equal(layer(X, training=False), inference)


@pytest.mark.parametrize("name", VARIANTS)
def test_masks_of_pairs_are_refused(name):
    with pytest.raises(ValueError, match=r"masks of whole positions only.*MultiHeadAttention"):
        VARIANTS[name]()(X, mask=PAIRS)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LocalAttention(2, window=0), "window=0.*integer of at least 1"),
        (lambda: LocalAttention(2, window=3, dropout=-0.5), r"dropout=-0.5.*\[0, 1\)"),
        (lambda: LocalAttention(2, window=3)(X, X[:, :4]), "equally long"),
        (lambda: LinearAttention(2, causal=True)(X, X[:, :4]), "equally long"),
        (lambda: LinformerAttention(2, 0, 3), "max_length=0.*integer of at least 1"),
        (lambda: LinformerAttention(2, 9, -3), "rank=-3.*integer of at least 1"),
        (lambda: LinformerAttention(2, 9, 3, dropout=1), r"dropout=.*\[0, 1\)"),
        (lambda: LinformerAttention(2, 5, 3)(X), "weights for 5 positions.*of 6.*`max_length`"),
        (lambda: PerformerAttention(2, 0), "num_features=0.*integer of at least 1"),
        (lambda: AdditiveAttention(0), "units=0.*integer of at least 1"),
        (lambda: AdditiveAttention(3, dropout=1.5), r"dropout=.*\[0, 1\)"),
        (lambda: AdditiveAttention(3)(X[0]), r"rank 3.*query \(6, 8\)"),
        (lambda: AdditiveAttention(3)(X[:, :0]), "empty time axis"),
        (lambda: AdditiveAttention(3)(X, mask=PAIRS[:, :5]), r"`mask` must be of shape"),
        (lambda: ScaledDotProductAttention(dropout=1.5), r"dropout=.*\[0, 1\)"),
        (lambda: ScaledDotProductAttention()(X[0]), r"rank 3.*or 4.*query \(6, 8\)"),
        (lambda: ScaledDotProductAttention()(X, X[:, None]), r"rank 3.*value \(2, 1, 6, 8\)"),
        (lambda: ScaledDotProductAttention()(X, MEMORY), "equally wide"),
        (lambda: ScaledDotProductAttention()(X, mask=PAIRS[:, :5]), "`mask` must be of shape"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
