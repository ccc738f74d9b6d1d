"""SimCLR's contrastive loss."""

from typing import Any

import keras

from kerasdl.arguments import check_positive
from kerasdl.ops.contrastive import nt_xent
from kerasdl.registration import public


@public
class NTXent(keras.losses.Loss):
    """Normalised-temperature cross-entropy between two views of a batch (SimCLR).

    Each embedding must pick out the other view of its example among all
    embeddings of the batch but itself (Chen et al. 2020,
    https://arxiv.org/abs/2002.05709, equation 1). Symmetric in its two inputs.

    Args:
        temperature: Positive number that divides the cosine similarities.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        dtype: Dtype of the inputs; below float32 the loss is still computed in
            float32.

    Call arguments:
        y_true: Float tensor `[batch, width]`: embeddings of the first views.
        y_pred: Float tensor `[batch, width]`: row i is the other view of row i.
        sample_weight: Optional weights `[batch]` of the pairs.

    Returns:
        Scalar, or `[batch]` without reduction.

    Raises:
        ValueError: If the shapes differ, are not `[batch, width]`, the batch has
            one pair only or the temperature is not positive.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> views = np.eye(2, dtype="float32")
    >>> round(float(kerasdl.losses.NTXent(temperature=1.0)(views, views)), 4)
    0.5514
    """

    def __init__(
        self,
        temperature: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str = "nt_xent",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_positive(temperature=temperature)
        self.temperature = temperature

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the examples, before the reduction."""
        return nt_xent(y_true, y_pred, self.temperature)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same loss again."""
        config = super().get_config()
        config.update(temperature=self.temperature, dtype=self.dtype)
        return config
