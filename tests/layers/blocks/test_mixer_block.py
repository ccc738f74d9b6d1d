"""MixerBlock against a stack of Keras built-ins with the same weights."""

import keras
import numpy as np
import pytest

from kerasdl import layers

NORMALIZATION = keras.layers.LayerNormalization(epsilon=1e-3)


def draw(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def test_equals_the_stack_of_keras():
    inputs = draw(2, 5, 4)
    block = layers.MixerBlock(token_dim=3, channel_dim=6, normalization=NORMALIZATION)
    block.build(inputs.shape)
    generator = np.random.default_rng(1)
    for weight in block.weights:
        if "seed" not in weight.path:
            weight.assign(weight.value + 0.3 * generator.normal(size=weight.shape))

    def copy(ours, theirs, shape):
        theirs.build(shape)
        theirs.set_weights(ours.get_weights())
        return theirs

    def normalize(ours, x):
        return copy(ours, keras.layers.LayerNormalization(epsilon=1e-3), x.shape)(x)

    def mix(ours, x):
        hidden = keras.layers.Dense(ours.hidden_dim, activation="gelu")
        x = copy(ours.hidden_dense, hidden, x.shape)(x)
        return copy(ours.output_dense, keras.layers.Dense(ours.output_dense.units), x.shape)(x)

    swap = keras.layers.Permute((2, 1))
    x = keras.ops.convert_to_tensor(inputs)
    x = x + swap(mix(block.token_mixing, swap(normalize(block.token_normalization, x))))
    x = x + mix(block.channel_mixing, normalize(block.channel_normalization, x))
    np.testing.assert_allclose(block(inputs), x, rtol=1e-4, atol=1e-5)


def test_masked_positions_count_as_nothing():
    # With masked positions at the end, the block equals one for fewer positions.
    inputs = draw(2, 5, 4)
    block, short = layers.MixerBlock(3, 6), layers.MixerBlock(3, 6)
    mask = keras.ops.convert_to_tensor([[True, True, True, False, False]] * 2)
    inputs[:, 3:] = np.nan
    outputs = np.asarray(block(inputs, mask=mask))
    short.build((2, 3, 4))
    for ours, theirs in zip(block.trainable_weights, short.trainable_weights, strict=True):
        value = np.asarray(ours)
        if "token_mixing" in ours.path:
            value = value[:3] if "hidden/kernel" in ours.path else value
            value = value[..., :3] if "output" in ours.path else value
        theirs.assign(value)
    np.testing.assert_allclose(outputs[:, :3], short(inputs[:, :3]), rtol=1e-4, atol=1e-5)
    assert np.all(outputs[:, 3:] == 0)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="token_dim=0"):
        layers.MixerBlock(0, 4)
    with pytest.raises(ValueError, match="channel_dim=0"):
        layers.MixerBlock(4, 0)
    with pytest.raises(ValueError, match="dropout=1"):
        layers.MixerBlock(4, 4, dropout=1)
    with pytest.raises(ValueError, match="drop_path_rate=1"):
        layers.MixerBlock(4, 4, drop_path_rate=1)
    with pytest.raises(ValueError, match=r"\(2, None, 4\).*known number of positions"):
        layers.MixerBlock(4, 4).build((2, None, 4))
    block = layers.MixerBlock(4, 4)
    block(draw(2, 5, 4))
    with pytest.raises(ValueError, match=r"\(2, 6, 4\).*built for 5 positions"):
        block(draw(2, 6, 4))
