"""Triplet loss for triplets that are given."""

from typing import Any

import keras

from kerasdl.ops.triplet import check_triplet_arguments, triplet_loss
from kerasdl.registration import public


@public
class TripletLoss(keras.losses.Loss):
    """max(d(anchor, positive) - d(anchor, negative) + margin, 0) for given triplets.

    FaceNet's loss (Schroff et al. 2015, https://arxiv.org/abs/1503.03832,
    equation 3). A model that embeds all three images of a triplet stacks them
    along axis 1, so that Keras sees one output.

    Args:
        margin: Number of at least 0.
        distance: `"squared_euclidean"` (the paper's, for embeddings of length
            one), `"euclidean"` or `"cosine"`.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        dtype: Dtype of the inputs; below float32 the loss is still computed in
            float32.

    Call arguments:
        y_true: Ignored (anything with the right batch size): the order inside
            the triplet says what belongs together.
        y_pred: Float tensor `[batch, 3, width]`: anchor, positive, negative.
        sample_weight: Optional weights `[batch]` of the triplets.

    Returns:
        Scalar, or `[batch]` without reduction.

    Raises:
        ValueError: If `y_pred` is not `[batch, 3, width]`, the margin is negative
            or the distance is unknown.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> triplets = np.array([[[0.0], [1.0], [0.5]]])
    >>> float(kerasdl.losses.TripletLoss(margin=0.5)(np.zeros(1), triplets))
    1.25
    """

    def __init__(
        self,
        margin: float = 0.2,
        distance: str = "squared_euclidean",
        reduction: str | None = "sum_over_batch_size",
        name: str = "triplet_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_triplet_arguments(margin, distance)
        self.margin = margin
        self.distance = distance

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the examples, before the reduction."""
        if len(y_pred.shape) != 3 or y_pred.shape[1] != 3:
            raise ValueError(
                f"Received y_pred of shape {tuple(y_pred.shape)}. Expected [batch, 3, width]: "
                "anchor, positive and negative stacked along axis 1."
            )
        return triplet_loss(
            y_pred[:, 0], y_pred[:, 1], y_pred[:, 2], margin=self.margin, distance=self.distance
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same loss again."""
        config = super().get_config()
        config.update(margin=self.margin, distance=self.distance, dtype=self.dtype)
        return config
