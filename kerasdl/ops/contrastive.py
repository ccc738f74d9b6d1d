"""Contrastive losses on two views of a batch."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_positive
from kerasdl.ops.per_example import check_same_shape
from kerasdl.ops.precision import at_least_float32


def l2_normalize(embeddings: Any, epsilon: float = 1e-12) -> Any:
    """Scales vectors to length one; a zero vector stays zero, with a finite gradient.

    Args:
        embeddings: Float tensor `[..., width]`.
        epsilon: Squared lengths below it count as this much.

    Returns:
        Tensor of the same shape, float32 (float64 for float64 input).

    Example:

    >>> import numpy as np
    >>> from kerasdl.ops import l2_normalize
    >>> l2_normalize(np.array([[3.0, 4.0], [0.0, 0.0]])).numpy().round(3).tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    embeddings = at_least_float32(embeddings)
    squared_length = ops.sum(ops.square(embeddings), axis=-1, keepdims=True)
    return embeddings * ops.rsqrt(ops.maximum(squared_length, epsilon))


def nt_xent(first: Any, second: Any, temperature: float = 0.5) -> Any:
    """Normalised-temperature cross-entropy between two views (SimCLR).

    Each of the 2 x batch embeddings must pick out its other view among all
    embeddings but itself, by cosine similarity over the temperature (Chen et
    al. 2020, https://arxiv.org/abs/2002.05709, equation 1).

    Args:
        first: Float tensor `[batch, width]`: embeddings of the first views.
        second: Tensor of the same shape: row i is the other view of row i.
        temperature: Positive number; smaller is sharper.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs): the mean of the
        losses of both views, so that its mean is the paper's loss.

    Raises:
        ValueError: If the shapes differ, are not `[batch, width]`, the batch has
            one pair only or the temperature is not positive.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> views = np.eye(2)
    >>> ops.nt_xent(views, views, temperature=1.0).numpy().round(4).tolist()
    [0.5514, 0.5514]
    """
    first, second = _normalized_views(first, second, temperature, normalize=True)
    across = ops.matmul(first, ops.transpose(second)) / temperature
    positives = ops.diagonal(across)
    row_losses = [
        ops.logsumexp(
            ops.concatenate([logits, _without_diagonal(views, temperature)], axis=-1), axis=-1
        )
        for logits, views in ((across, first), (ops.transpose(across), second))
    ]
    return 0.5 * (row_losses[0] + row_losses[1]) - positives


def info_nce(
    query: Any,
    key: Any,
    temperature: float = 0.07,
    symmetric: bool = False,
    normalize: bool = True,
) -> Any:
    """Cross-entropy of each query picking its own key among the batch's keys.

    A lower bound on mutual information: I(query; key) >= log(batch) - loss (van
    den Oord et al. 2018, https://arxiv.org/abs/1807.03748, equation 4). Row i
    of `key` is the positive of row i of `query`, the other rows its negatives.

    Args:
        query: Float tensor `[batch, width]`.
        key: Tensor of the same shape.
        temperature: Positive number; smaller is sharper.
        symmetric: Whether keys must pick their queries as well; the loss is then
            the mean of both directions (CLIP, Radford et al. 2021).
        normalize: Whether the similarity is the cosine; otherwise the dot product.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs).

    Raises:
        ValueError: If the shapes differ, are not `[batch, width]`, the batch has
            one pair only or the temperature is not positive.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> pairs = np.eye(2)
    >>> ops.info_nce(pairs, pairs, temperature=1.0).numpy().round(4).tolist()
    [0.3133, 0.3133]
    """
    query, key = _normalized_views(query, key, temperature, normalize)
    logits = ops.matmul(query, ops.transpose(key)) / temperature
    positives = ops.diagonal(logits)
    loss = ops.logsumexp(logits, axis=1) - positives
    if symmetric:
        loss = 0.5 * (loss + ops.logsumexp(logits, axis=0) - positives)
    return loss


def _normalized_views(
    first: Any, second: Any, temperature: float, normalize: bool
) -> tuple[Any, Any]:
    first, second = at_least_float32(first), at_least_float32(second)
    check_same_shape(first=first, second=second)
    if len(first.shape) != 2:
        raise ValueError(
            f"Received embeddings of shape {tuple(first.shape)}. Expected [batch, width]: "
            "pool or flatten the other axes first."
        )
    if first.shape[0] == 1:
        raise ValueError(
            "Received a batch of 1 pair. A contrastive loss takes its negatives from the other "
            "pairs of the batch: use a batch of at least 2 (and drop a smaller last batch)."
        )
    check_positive(temperature=temperature)
    return (l2_normalize(first), l2_normalize(second)) if normalize else (first, second)


def _without_diagonal(views: Any, temperature: float) -> Any:
    """Similarities among the views of one side, each with itself excluded."""
    similarity = ops.matmul(views, ops.transpose(views)) / temperature
    index = ops.arange(ops.shape(similarity)[0])
    itself = ops.equal(index[:, None], index[None, :])
    return ops.where(itself, ops.full_like(similarity, float("-inf")), similarity)
