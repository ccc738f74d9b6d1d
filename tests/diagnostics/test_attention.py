import re

import keras
import numpy as np
import pytest

from kerasdl.diagnostics import attention_rollout, attention_weights
from kerasdl.layers import TransformerEncoderBlock

TIME, WIDTH, HEADS = 5, 8, 2
STATES = np.random.default_rng(0).standard_normal((3, TIME, WIDTH)).astype("float32")


def encoder(**arguments):
    x = inputs = keras.Input((TIME, WIDTH))
    for _ in range(2):
        x = TransformerEncoderBlock(HEADS, hidden_dim=16, **arguments)(x)
    return keras.Model(inputs, x)


@pytest.mark.parametrize("norm_first", [True, False])
def test_weights_are_those_that_the_blocks_use(norm_first):
    model = encoder(norm_first=norm_first, dropout=0.5)
    weights = attention_weights(model, STATES)
    assert weights.shape == (2, 3, HEADS, TIME, TIME)
    np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-6)
    states = STATES
    for block, of_block in zip(model.layers[1:], weights, strict=True):
        attention, half = block.attention, WIDTH // HEADS
        normal = np.asarray(block.normalizations["attention"](states)) if norm_first else states
        for head in range(HEADS):
            part = slice(head * half, (head + 1) * half)
            query, key = (
                (normal @ np.asarray(dense.kernel) + np.asarray(dense.bias))[..., part]
                for dense in (attention.query_dense, attention.key_dense)
            )
            scores = np.exp(query @ key.swapaxes(1, 2) / np.sqrt(half))
            expected = scores / scores.sum(-1, keepdims=True)
            np.testing.assert_allclose(of_block[:, head], expected, atol=1e-5)
        states = np.asarray(block(states))


def test_weights_in_half_precision():
    weights = attention_weights(encoder(dtype="mixed_bfloat16"), STATES)
    assert weights.dtype == np.float64
    np.testing.assert_allclose(weights.sum(-1), 1, atol=0.02)  # bfloat16 has 8 bits


def test_a_model_without_attention_is_refused():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)], name="plain")
    with pytest.raises(ValueError, match=r"'plain' has no TransformerEncoderBlock.*'Dense'"):
        attention_weights(model, np.zeros((1, 3)))


def test_blocks_of_different_size_are_refused():
    inputs = keras.Input((TIME, WIDTH))
    x = TransformerEncoderBlock(2, hidden_dim=4)(inputs)
    model = keras.Model(inputs, TransformerEncoderBlock(4, hidden_dim=4)(x))
    with pytest.raises(ValueError, match="must attend to the same positions; received"):
        attention_weights(model, STATES)


def test_rollout_is_the_sum_over_all_paths():
    generator = np.random.default_rng(1)
    weights = generator.dirichlet(np.ones(3), (2, 1, 2, 3))  # two blocks, two heads
    first, second = (block.mean(0) for block in weights[:, 0])
    expected = np.zeros((3, 3))
    for end in range(3):
        for middle in range(3):
            for start in range(3):
                late = (second[end, middle] + (end == middle)) / 2
                early = (first[middle, start] + (middle == start)) / 2
                expected[end, start] += late * early
    np.testing.assert_allclose(attention_rollout(weights), expected[None])


def test_rollout_of_no_attention_to_others_is_the_identity():
    weights = np.broadcast_to(np.eye(4), (3, 2, 1, 4, 4))
    np.testing.assert_array_equal(attention_rollout(weights), np.stack([np.eye(4)] * 2))


@pytest.mark.parametrize("shape", [(2, 3, 4, 4), (2, 3, 1, 4, 5)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=re.escape(f"received shape {shape}")):
        attention_rollout(np.zeros(shape))
