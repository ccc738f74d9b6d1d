import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops.attention_chunks import join_chunks, split_chunks
from kerasdl.ops.attention_heads import (
    grouped_scores,
    grouped_sum,
    grouped_transposed_sum,
    linear,
    matmul,
    merge_heads,
    split_heads,
)

RNG = np.random.default_rng(4)


@pytest.mark.parametrize("shape", [(3,), (2, 3), (2, 4, 5, 3)])
def test_linear(shape):
    x, kernel, bias = RNG.normal(size=shape), RNG.normal(size=(3, 2)), RNG.normal(size=2)
    np.testing.assert_allclose(linear(x, kernel, bias), x @ kernel + bias, atol=1e-12)
    np.testing.assert_allclose(linear(x, kernel), x @ kernel, atol=1e-12)


def test_heads_split_and_merge():
    x = RNG.normal(size=(2, 5, 6))
    heads = np.array(split_heads(x, 3))
    for head in range(3):
        np.testing.assert_array_equal(heads[:, head], x[:, :, 2 * head : 2 * head + 2])
    np.testing.assert_array_equal(merge_heads(heads), x)


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_matmul(transpose_a, transpose_b):
    a, b = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 4, 5))
    received = matmul(
        np.swapaxes(a, 1, 2) if transpose_a else a,
        np.swapaxes(b, 1, 2) if transpose_b else b,
        transpose_a,
        transpose_b,
    )
    np.testing.assert_allclose(received, a @ b, atol=1e-12)


@pytest.mark.parametrize("groups", [1, 3])
def test_grouped_products_equal_repeated_heads(groups):
    query, key = RNG.normal(size=(2, 2 * groups, 4, 3)), RNG.normal(size=(2, 2, 5, 3))
    weights = RNG.normal(size=(2, 2 * groups, 4, 5))
    repeated = np.repeat(key, groups, axis=1)
    scores = np.einsum("bhqd,bhkd->bhqk", query, repeated)
    np.testing.assert_allclose(grouped_scores(query, key), scores, atol=1e-12)
    sums = np.einsum("bhqk,bhkd->bhqd", weights, repeated)
    np.testing.assert_allclose(grouped_sum(weights, key), sums, atol=1e-12)
    transposed = np.einsum("bhqk,bhqd->bhkd", weights, query)
    transposed = transposed.reshape(2, 2, groups, 5, 3).sum(axis=2)
    received = grouped_transposed_sum(weights, query, tf.constant(key))
    np.testing.assert_allclose(received, transposed, atol=1e-12)


@pytest.mark.parametrize("time", [4, 5, 8])
def test_chunks(time):
    x = RNG.normal(size=(2, 3, time, 2))
    chunks = np.array(split_chunks(x, 4))
    count = -(-time // 4)
    assert chunks.shape == (2 * count, 3, 4, 2)
    np.testing.assert_array_equal(chunks[count, :, 0], x[1, :, 0])
    np.testing.assert_array_equal(join_chunks(chunks, 2, time), x)
