"""The triplet losses against float64 NumPy loops."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import ops

DISTANCES = {
    "euclidean": lambda a, b: np.sqrt(np.sum((a - b) ** 2)),
    "squared_euclidean": lambda a, b: np.sum((a - b) ** 2),
    "cosine": lambda a, b: 1 - np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b)),
}


def draw(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def batch_hard_loop(labels, embeddings, margin, distance, soft_margin):
    measure = DISTANCES[distance]
    losses = np.zeros(len(labels))
    for i, anchor in enumerate(embeddings):
        positives = [
            measure(anchor, e)
            for j, e in enumerate(embeddings)
            if j != i and labels[j] == labels[i]
        ]
        negatives = [measure(anchor, e) for j, e in enumerate(embeddings) if labels[j] != labels[i]]
        if positives and negatives:
            difference = max(positives) - min(negatives)
            losses[i] = np.log1p(np.exp(difference)) if soft_margin else max(difference + margin, 0)
    return losses


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("margin", [0.0, 0.2, 1.0])
def test_triplet_loss_equals_the_loop(distance, margin):
    anchor, positive, negative = (draw(6, 4, seed=s) for s in range(3))
    measure = DISTANCES[distance]
    expected = [
        max(measure(a, p) - measure(a, n) + margin, 0)
        for a, p, n in zip(anchor, positive, negative, strict=True)
    ]
    assert np.count_nonzero(expected) > 0
    result = ops.triplet_loss(anchor, positive, negative, margin, distance)
    np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("soft_margin", [False, True])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-9), ("float32", 1e-4)])
def test_batch_hard_equals_the_loop(distance, soft_margin, dtype, tolerance):
    # Label 7 has no second example: its anchor contributes zero.
    labels = np.array([0, 1, 0, 1, 2, 2, 0, 7])
    embeddings = draw(8, 3)
    expected = batch_hard_loop(labels, embeddings, 0.2, distance, soft_margin)
    assert np.count_nonzero(expected) >= 6
    assert expected[-1] == 0
    result = ops.batch_hard_triplet_loss(
        labels, embeddings.astype(dtype), 0.2, distance, soft_margin
    )
    assert keras.backend.standardize_dtype(result.dtype) == dtype
    np.testing.assert_allclose(result, expected, rtol=tolerance, atol=tolerance)


def test_batch_hard_mines_well_far_from_the_origin():
    # |a|^2 + |b|^2 - 2ab of raw float32 vectors of length 1000 has errors near 0.1.
    labels = np.array([0, 1, 0, 1, 2, 2])
    embeddings = (draw(6, 2) * 0.1 + 1000).astype("float32")
    expected = batch_hard_loop(labels, embeddings.astype("float64"), 0.2, "euclidean", False)
    result = ops.batch_hard_triplet_loss(labels, embeddings, 0.2)
    np.testing.assert_allclose(result, expected, rtol=1e-4)


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize("soft_margin", [False, True])
@pytest.mark.parametrize("value", [0.0, 1.0, 1e4])
@pytest.mark.parametrize("labels", [[0, 0, 1, 1], [0, 0, 0, 0], [0, 1, 2, 3]])
def test_gradient_is_finite_for_identical_embeddings(distance, soft_margin, value, labels):
    embeddings = tf.fill((4, 3), tf.constant(value, "float32"))
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(embeddings)
        mined = ops.batch_hard_triplet_loss(
            np.array(labels), embeddings, 0.2, distance, soft_margin
        )
        given = ops.triplet_loss(embeddings, embeddings, embeddings, 0.2, distance)
    # Equal distances: the loss is the margin, or log 2, where there is a triplet.
    per_anchor = np.log(2) if soft_margin else 0.2
    expected = per_anchor if len(set(labels)) == 2 else 0.0
    np.testing.assert_allclose(mined, np.full(4, expected), rtol=1e-5)
    np.testing.assert_allclose(given, np.full(4, 0.2), rtol=1e-5)
    assert np.all(np.isfinite(tape.gradient(mined, embeddings)))
    assert np.all(np.isfinite(tape.gradient(given, embeddings)))


def test_anchors_without_a_triplet_have_no_gradient():
    embeddings = tf.constant(draw(3, 2))
    with tf.GradientTape() as tape:
        tape.watch(embeddings)
        loss = ops.batch_hard_triplet_loss(np.zeros(3, int), embeddings)
    np.testing.assert_array_equal(loss, np.zeros(3))
    np.testing.assert_array_equal(tape.gradient(loss, embeddings), np.zeros((3, 2)))


def test_batch_hard_gradient_against_central_differences():
    labels, embeddings = np.array([0, 1, 0, 1, 2, 2]), draw(6, 2)
    variable = tf.constant(embeddings)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        loss = tf.reduce_sum(ops.batch_hard_triplet_loss(labels, variable, soft_margin=True))
    gradient = tape.gradient(loss, variable).numpy()
    for index in np.ndindex(*embeddings.shape):
        step = np.zeros_like(embeddings)
        step[index] = 1e-6
        above = np.sum(ops.batch_hard_triplet_loss(labels, embeddings + step, soft_margin=True))
        below = np.sum(ops.batch_hard_triplet_loss(labels, embeddings - step, soft_margin=True))
        np.testing.assert_allclose(gradient[index], (above - below) / 2e-6, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_batch_hard_with_an_unknown_batch_size(jit_compile):
    labels, embeddings = np.array([[0], [1], [0], [1], [2]]), draw(5, 3)
    compiled = tf.function(
        ops.batch_hard_triplet_loss,
        input_signature=[
            tf.TensorSpec((None, 1), tf.int64),
            tf.TensorSpec((None, 3), tf.float64),
        ],
        jit_compile=jit_compile,
    )
    np.testing.assert_allclose(
        compiled(labels, embeddings),
        batch_hard_loop(labels[:, 0], embeddings, 0.2, "euclidean", False),
        rtol=1e-10,
    )


def test_bad_input_is_refused():
    three = [np.ones((2, 3))] * 3
    with pytest.raises(ValueError, match="margin=-1"):
        ops.triplet_loss(*three, margin=-1)
    with pytest.raises(ValueError, match="distance='manhattan'"):
        ops.triplet_loss(*three, distance="manhattan")
    with pytest.raises(ValueError, match=r"negative \(2, 4\)"):
        ops.triplet_loss(np.ones((2, 3)), np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ValueError, match="margin=-1"):
        ops.batch_hard_triplet_loss(np.ones(2), np.ones((2, 3)), margin=-1)
    with pytest.raises(ValueError, match="distance='manhattan'"):
        ops.batch_hard_triplet_loss(np.ones(2), np.ones((2, 3)), distance="manhattan")
    with pytest.raises(ValueError, match=r"embeddings of shape \(2, 3, 4\)"):
        ops.batch_hard_triplet_loss(np.ones(2), np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match="batch of 1 example"):
        ops.batch_hard_triplet_loss(np.ones(1), np.ones((1, 3)))


@pytest.mark.parametrize("labels", [np.ones(3), np.ones((2, 2)), np.ones((2, 1, 1)), np.ones(())])
def test_labels_of_the_wrong_shape_are_refused(labels):
    with pytest.raises(ValueError, match=r"labels of shape .*\[batch\] or \[batch, 1\]"):
        ops.batch_hard_triplet_loss(labels, np.ones((2, 3)))
