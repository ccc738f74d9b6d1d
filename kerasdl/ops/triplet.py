"""Triplet losses: an anchor nearer to its positive than to its negative, by a margin."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_choice, check_non_negative
from kerasdl.ops.contrastive import l2_normalize
from kerasdl.ops.per_example import check_same_shape
from kerasdl.ops.precision import at_least_float32

DISTANCES = ("euclidean", "squared_euclidean", "cosine")


def triplet_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 0.2,
    distance: str = "squared_euclidean",
) -> Any:
    """max(d(anchor, positive) - d(anchor, negative) + margin, 0) for given triplets.

    FaceNet's loss (Schroff et al. 2015, https://arxiv.org/abs/1503.03832,
    equation 3), which uses squared distances between embeddings of length one:
    normalise them in the model, or use `distance="cosine"`.

    Args:
        anchor: Float tensor `[batch, width]`.
        positive: Tensor of the same shape, of the anchor's class.
        negative: Tensor of the same shape, of another class.
        margin: Number of at least 0.
        distance: `"squared_euclidean"`, `"euclidean"` or `"cosine"` (1 - cosine
            similarity).

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs). Its gradient is
        finite for identical embeddings too (where it is zero).

    Raises:
        ValueError: If the shapes differ, the margin is negative or the distance
            is unknown.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> a, p, n = np.array([[0.0]]), np.array([[1.0]]), np.array([[0.5]])
    >>> ops.triplet_loss(a, p, n, margin=0.5).numpy().tolist()
    [1.25]
    """
    anchor, positive, negative = (at_least_float32(x) for x in (anchor, positive, negative))
    check_same_shape(anchor=anchor, positive=positive, negative=negative)
    check_triplet_arguments(margin, distance)
    to_positive = _distance(anchor, positive, distance)
    to_negative = _distance(anchor, negative, distance)
    return ops.relu(to_positive - to_negative + margin)


def batch_hard_triplet_loss(
    labels: Any,
    embeddings: Any,
    margin: float = 0.2,
    distance: str = "euclidean",
    soft_margin: bool = False,
) -> Any:
    """Triplet loss with, for each anchor, the batch's hardest positive and negative.

    The farthest embedding of the anchor's label against the nearest of another
    label (Hermans et al. 2017, https://arxiv.org/abs/1703.07737, equation 5).
    Batches should hold several examples of each of several labels.

    Args:
        labels: Tensor `[batch]` or `[batch, 1]`.
        embeddings: Float tensor `[batch, width]`.
        margin: Number of at least 0; without effect if `soft_margin`.
        distance: `"euclidean"` (the paper's choice), `"squared_euclidean"` or
            `"cosine"`.
        soft_margin: Whether to use log(1 + exp(d(a, p) - d(a, n))), which keeps
            pulling beyond any margin, in place of the hinge.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs). It is zero, and so
        is its gradient, for an anchor whose label nobody shares or everybody does.

    Raises:
        ValueError: If the shapes do not fit, the batch has one example only, the
            margin is negative or the distance is unknown.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> embeddings = np.array([[0.0], [1.0], [3.0]])
    >>> ops.batch_hard_triplet_loss(np.array([0, 0, 1]), embeddings, margin=1.5).numpy().tolist()
    [0.0, 0.5, 0.0]
    """
    embeddings = at_least_float32(embeddings)
    labels = ops.convert_to_tensor(labels)
    check_triplet_arguments(margin, distance)
    labels = _flat_labels(labels, embeddings)
    count = ops.shape(embeddings)[0]
    same_label = ops.equal(labels[:, None], labels[None, :])
    index = ops.arange(count)
    other = ops.not_equal(index[:, None], index[None, :])
    is_positive = ops.logical_and(same_label, other)
    is_negative = ops.logical_not(same_label)

    # Which pair is hardest is a choice, not a function to differentiate; the
    # distances of the chosen pairs are computed anew from their difference,
    # without the cancellation of |a|^2 + |b|^2 - 2ab.
    table = ops.stop_gradient(_distance_order(embeddings, distance))
    inf = ops.full_like(table, float("inf"))
    hardest_positive = ops.argmax(ops.where(is_positive, table, -inf), axis=1)
    hardest_negative = ops.argmin(ops.where(is_negative, table, inf), axis=1)
    to_positive = _distance(embeddings, ops.take(embeddings, hardest_positive, axis=0), distance)
    to_negative = _distance(embeddings, ops.take(embeddings, hardest_negative, axis=0), distance)

    difference = to_positive - to_negative
    loss = ops.softplus(difference) if soft_margin else ops.relu(difference + margin)
    complete = ops.logical_and(ops.any(is_positive, axis=1), ops.any(is_negative, axis=1))
    return ops.where(complete, loss, ops.zeros_like(loss))


def check_triplet_arguments(margin: float, distance: str) -> None:
    """Checks the arguments that triplet losses share.

    Raises:
        ValueError: If the margin is negative or the distance is unknown.
    """
    check_non_negative(margin=margin)
    check_choice(DISTANCES, distance=distance)


def _flat_labels(labels: Any, embeddings: Any) -> Any:
    if len(embeddings.shape) != 2:
        raise ValueError(
            f"Received embeddings of shape {tuple(embeddings.shape)}. Expected [batch, width]: "
            "pool or flatten the other axes first."
        )
    if embeddings.shape[0] == 1:
        raise ValueError(
            "Received a batch of 1 example. Triplets are mined within the batch: use batches with "
            "at least two labels and two examples of each."
        )
    shape = tuple(labels.shape)
    sizes = (shape[0], embeddings.shape[0]) if shape else (None, None)
    if (
        len(shape) not in (1, 2)
        or shape[1:] not in ((), (1,))
        or (None not in sizes and (sizes[0] != sizes[1]))
    ):
        raise ValueError(
            f"Received labels of shape {shape} for embeddings of shape {tuple(embeddings.shape)}. "
            "Expected one label per example: [batch] or [batch, 1]."
        )
    return ops.reshape(labels, (-1,))


def _distance(first: Any, second: Any, distance: str) -> Any:
    """Distances of corresponding vectors, with a zero gradient where they coincide."""
    if distance == "cosine":
        return 1.0 - ops.sum(l2_normalize(first) * l2_normalize(second), axis=-1)
    squared = ops.sum(ops.square(first - second), axis=-1)
    if distance == "squared_euclidean":
        return squared
    # The derivative of the square root at 0 is infinite: keep it off the path.
    apart = squared > 0
    return ops.where(apart, ops.sqrt(ops.where(apart, squared, 1.0)), ops.zeros_like(squared))


def _distance_order(embeddings: Any, distance: str) -> Any:
    """All pairs' distances, up to a monotonic function: enough to compare them."""
    if distance == "cosine":
        embeddings = l2_normalize(embeddings)
    else:
        # Distances do not change; rounding errors shrink with the vectors.
        embeddings = embeddings - ops.mean(embeddings, axis=0, keepdims=True)
    products = ops.matmul(embeddings, ops.transpose(embeddings))
    squares = ops.sum(ops.square(embeddings), axis=-1)
    return squares[:, None] + squares[None, :] - 2.0 * products
