"""What the contract does not cover: results, start indices, bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.layers import (
    ALiBi,
    LearnedPositionalEmbedding,
    RotaryPositionalEmbedding,
    SinusoidalPositionalEncoding,
)
from kerasdl.ops import alibi_bias, rotate, sinusoidal_encoding

RNG = np.random.default_rng(1)
X = RNG.normal(size=(2, 6, 4)).astype("float32")
LAYERS = {
    "sinusoidal": lambda: SinusoidalPositionalEncoding(max_wavelength=30.0),
    "learned": lambda: LearnedPositionalEmbedding(max_length=9),
    "rotary": lambda: RotaryPositionalEmbedding(base=30.0),
}


def test_results():
    sinusoidal = SinusoidalPositionalEncoding(max_wavelength=30.0)(X)
    np.testing.assert_allclose(
        sinusoidal, X + sinusoidal_encoding(6, 4, max_wavelength=30.0), atol=1e-6
    )
    layer = LearnedPositionalEmbedding(max_length=9)
    learned = layer(X)
    np.testing.assert_allclose(learned, X + layer.positions.numpy()[:6], atol=1e-6)
    assert 0.01 < layer.positions.numpy().std() < 0.04
    rotary = RotaryPositionalEmbedding(base=30.0)(X)
    np.testing.assert_allclose(rotary, rotate(X, base=30.0), atol=1e-6)
    np.testing.assert_allclose(ALiBi(3)(X), alibi_bias(3, 6), atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_pieces_equal_the_whole(name):
    """With the start index of each piece, as in generation; also from a traced tensor."""
    layer = LAYERS[name]()
    whole = layer(X)
    traced = tf.function(lambda x, start: layer(x, start_index=start))
    for start in range(5):
        piece = X[:, start : start + 2]
        for received in (
            layer(piece, start_index=start),
            layer(piece, start_index=tf.constant(start)),
            traced(piece, tf.constant(start)),
        ):
            np.testing.assert_allclose(received, whole[:, start : start + 2], atol=1e-6)


@pytest.mark.parametrize("name", LAYERS)
def test_heads_before_time(name):
    layer = LAYERS[name]()
    heads = np.stack([X, 2 * X], axis=1)
    received = layer(heads)
    np.testing.assert_allclose(received[:, 0], layer(X), atol=1e-6)
    np.testing.assert_allclose(received[:, 1], layer(2 * X), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_positions_stay_apart_in_half_precision(policy):
    x = np.zeros((1, 8192, 32), "float32")
    encoding = SinusoidalPositionalEncoding(dtype=policy)(x)
    rows = np.array(tf.cast(encoding[0], "float32"))
    assert len(np.unique(rows, axis=0)) == 8192


def test_alibi_of_masked_sequences():
    """It takes the mask without a warning, and passes none on."""
    tokens = keras.layers.Embedding(5, 4, mask_zero=True)(np.array([[1, 2, 0]]))
    bias = ALiBi(2)(tokens)
    assert getattr(bias, "_keras_mask", None) is None
    np.testing.assert_allclose(bias, alibi_bias(2, 3), atol=1e-6)


def test_alibi_lengths():
    key = np.zeros((2, 9, 4), "float32")
    np.testing.assert_allclose(ALiBi(3)(X, key), alibi_bias(3, 6, 9), atol=1e-6)
    received = ALiBi(3)(X[:, :1], start_index=tf.constant(5), key_length=7)
    np.testing.assert_allclose(received, alibi_bias(3, 1, 7, 5), atol=1e-6)
    symbolic = ALiBi(3)(keras.Input((None, 4)), key_length=7)
    assert symbolic.shape == (3, None, 7)
    symbolic = ALiBi(3)(keras.Input((5, 4)), keras.Input((8, 4)))
    assert symbolic.shape == (3, 5, 8)


def test_a_table_that_is_too_short():
    layer = LearnedPositionalEmbedding(max_length=5)
    with pytest.raises(ValueError, match=r"for 5 time steps.*ends at 6.*larger `max_length`"):
        layer(X)
    with pytest.raises(ValueError, match=r"ends at 7 \(start_index=4, length=3\)"):
        layer(X[:, :3], start_index=tf.constant(4))
    # The length is unknown until it runs: then TensorFlow's slice complains.
    compiled = tf.function(layer, input_signature=[tf.TensorSpec((None, None, 4))])
    np.testing.assert_allclose(compiled(X[:, :5]), layer(X[:, :5]))
    with pytest.raises(tf.errors.InvalidArgumentError):
        compiled(X)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SinusoidalPositionalEncoding(max_wavelength=0.0), "max_wavelength=0.0"),
        (lambda: LearnedPositionalEmbedding(max_length=0), "max_length=0.*integer of at least 1"),
        (
            lambda: LearnedPositionalEmbedding(max_length=2.5),
            "max_length=2.5.*integer of at least 1",
        ),
        (lambda: RotaryPositionalEmbedding(base=-1.0), "base=-1.0.*number above 0"),
        (lambda: ALiBi(num_heads=0), "num_heads=0.*integer of at least 1"),
        (lambda: RotaryPositionalEmbedding()(X[..., :3]), r"must be even.*\(2, 6, 3\)"),
        (lambda: SinusoidalPositionalEncoding()(X[0]), r"batch, ..., time, width.*\(6, 4\)"),
        (lambda: LearnedPositionalEmbedding(9)(X[0]), r"batch, ..., time, width.*\(6, 4\)"),
        (lambda: RotaryPositionalEmbedding()(X[0]), r"batch, ..., time, width.*\(6, 4\)"),
        (lambda: ALiBi(2)(X[0]), r"batch, ..., time, width.*\(6, 4\)"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
