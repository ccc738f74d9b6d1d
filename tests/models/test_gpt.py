"""The transformer against one written out in NumPy, and its shape."""

from typing import Any

import keras
import numpy as np
import pytest

from kerasdl.models import gpt


def parameters(vocabulary: int, width: int, layers: int) -> int:
    """Embedding; per block 4 width^2 of attention, 8 width^2 and two norms; the last norm."""
    return vocabulary * width + layers * (12 * width**2 + 2 * width) + width


@pytest.mark.parametrize(("vocabulary", "width", "layers"), [(65, 128, 4), (300, 16, 1)])
def test_parameters(vocabulary: int, width: int, layers: int) -> None:
    model = gpt(vocabulary, width=width, num_layers=layers)
    assert model.count_params() == parameters(vocabulary, width, layers)
    learned = gpt(vocabulary, width=width, num_layers=layers, positions="learned", context=9)
    assert learned.count_params() == parameters(vocabulary, width, layers) + 9 * width


def test_it_is_the_computation_that_is_claimed() -> None:
    model = gpt(vocabulary_size=11, width=8, num_layers=2, num_heads=2, hidden_dim=12, seed=1)
    tokens = np.array([[1, 5, 9, 2, 2], [0, 10, 3, 4, 7]])
    np.testing.assert_allclose(model(tokens), in_numpy(model, tokens), atol=1e-5)


def in_numpy(model: keras.Model, tokens: np.ndarray) -> np.ndarray:
    def value(variable: object) -> np.ndarray:
        return np.asarray(variable, np.float64)

    def norm(x: np.ndarray, layer: keras.layers.Layer) -> np.ndarray:
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6) * value(layer.scale)

    def rotate(x: np.ndarray) -> np.ndarray:
        half = x.shape[-1] // 2
        angles = np.arange(x.shape[1])[:, None] * 10_000.0 ** (-np.arange(half) / half)
        first, second = x[..., :half], x[..., half:]
        cos, sin = np.cos(angles), np.sin(angles)
        return np.concatenate([first * cos - second * sin, second * cos + first * sin], -1)

    table = value(model.get_layer("embedding").embeddings)
    x = table[tokens]
    length = tokens.shape[1]
    for index in (1, 2):
        block = model.get_layer(f"block_{index}")
        attention, forward = block.self_attention, block.feed_forward
        h = norm(x, block.normalizations["attention"])
        q, k, v = (
            h @ value(dense.kernel)
            for dense in (attention.query_dense, attention.key_dense, attention.value_dense)
        )
        heads = []
        for part in (slice(0, 4), slice(4, 8)):
            scores = rotate(q[..., part]) @ rotate(k[..., part]).transpose(0, 2, 1) / 2
            scores[:, np.triu(np.ones((length, length), bool), 1)] = -np.inf
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            heads.append(weights / weights.sum(-1, keepdims=True) @ v[..., part])
        x = x + np.concatenate(heads, -1) @ value(attention.output_dense.kernel)
        h = norm(x, block.normalizations["feed_forward"]) @ value(forward.hidden_dense.kernel)
        h = np.asarray(keras.activations.gelu(h, approximate=False))
        x = x + h @ value(forward.output_dense.kernel)
    return norm(x, model.get_layer("normalization")) @ table.T


def test_no_token_sees_a_later_one() -> None:
    model = gpt(vocabulary_size=7, width=8, num_layers=2, num_heads=2)
    tokens = np.random.default_rng(0).integers(0, 7, (1, 6))
    changed = tokens.copy()
    changed[0, 4:] = (changed[0, 4:] + 1) % 7
    before, after = np.asarray(model(tokens)), np.asarray(model(changed))
    np.testing.assert_allclose(before[:, :4], after[:, :4], atol=1e-6)
    assert not np.allclose(before[:, 4:], after[:, 4:])


def test_logits_are_float32_in_mixed_precision() -> None:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = gpt(vocabulary_size=7, width=8, num_layers=1, num_heads=2)
        assert model.get_layer("block_1").compute_dtype == "bfloat16"
        assert keras.backend.standardize_dtype(model(np.zeros((1, 2), "int32")).dtype) == "float32"
    finally:
        keras.config.set_dtype_policy(policy)


def test_the_same_seed_begins_alike() -> None:
    one, same, other = (
        np.asarray(gpt(9, width=8, num_layers=1, num_heads=2, seed=seed).layers[1].embeddings)
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"vocabulary_size must be at least 2\. Received: 1"):
        gpt(vocabulary_size=1)
    with pytest.raises(ValueError, match=r"positions must be .* or 'learned'\. Received: 'x'"):
        gpt(vocabulary_size=9, positions="x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"multiple of 2 \* num_heads.*width=8, num_heads=8"):
        gpt(vocabulary_size=9, width=8, num_heads=8)
    assert gpt(9, width=8, num_heads=8, num_layers=1, positions="learned").output_shape[-1] == 9


@pytest.mark.parametrize("name", ["context", "num_layers", "num_heads", "width", "hidden_dim"])
@pytest.mark.parametrize("positions", ["rotary", "learned"])
def test_sizes_below_one(name: str, positions: Any) -> None:
    with pytest.raises(ValueError, match=f"Received {name}=0. Expected an integer of at least 1"):
        gpt(vocabulary_size=9, positions=positions, **{name: 0})
