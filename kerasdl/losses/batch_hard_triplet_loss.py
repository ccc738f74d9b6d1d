"""Triplet loss that mines the hardest triplets of a labelled batch."""

from typing import Any

import keras

from kerasdl.ops.triplet import batch_hard_triplet_loss, check_triplet_arguments
from kerasdl.registration import public


@public
class BatchHardTripletLoss(keras.losses.Loss):
    """Triplet loss with, for each anchor, the batch's hardest positive and negative.

    The farthest embedding of the anchor's label against the nearest of another
    label (Hermans et al. 2017, https://arxiv.org/abs/1703.07737, equation 5).
    Batches should hold several examples of each of several labels; an anchor
    whose label nobody shares, or everybody does, contributes zero.

    Args:
        margin: Number of at least 0; without effect if `soft_margin`.
        distance: `"euclidean"` (the paper's), `"squared_euclidean"` or `"cosine"`.
        soft_margin: Whether to use log(1 + exp(d(a, p) - d(a, n))) in place of
            the hinge.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        dtype: Dtype of the inputs, labels among them: float32 tells integers
            apart up to 2^24. Below float32 the loss is still computed in float32.

    Call arguments:
        y_true: Labels `[batch]` or `[batch, 1]`.
        y_pred: Float tensor `[batch, width]`: the embeddings.
        sample_weight: Optional weights `[batch]` of the anchors.

    Returns:
        Scalar, or `[batch]` without reduction.

    Raises:
        ValueError: If the shapes do not fit, the batch has one example only, the
            margin is negative or the distance is unknown.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> loss = kerasdl.losses.BatchHardTripletLoss(margin=1.5, reduction=None)
    >>> loss(np.array([0, 0, 1]), np.array([[0.0], [1.0], [3.0]])).numpy().tolist()
    [0.0, 0.5, 0.0]
    """

    def __init__(
        self,
        margin: float = 0.2,
        distance: str = "euclidean",
        soft_margin: bool = False,
        reduction: str | None = "sum_over_batch_size",
        name: str = "batch_hard_triplet_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_triplet_arguments(margin, distance)
        self.margin = margin
        self.distance = distance
        self.soft_margin = soft_margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the examples, before the reduction."""
        return batch_hard_triplet_loss(
            y_true,
            y_pred,
            margin=self.margin,
            distance=self.distance,
            soft_margin=self.soft_margin,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same loss again."""
        config = super().get_config()
        config.update(
            margin=self.margin,
            distance=self.distance,
            soft_margin=self.soft_margin,
            dtype=self.dtype,
        )
        return config
