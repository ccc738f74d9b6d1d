"""The contrastive loss of contrastive predictive coding, and of CLIP."""

from typing import Any

import keras

from kerasdl.arguments import check_positive
from kerasdl.ops.contrastive import info_nce
from kerasdl.registration import public


@public
class InfoNCE(keras.losses.Loss):
    """Cross-entropy of each query picking its own key among the batch's keys.

    A bound on mutual information: I(query; key) >= log(batch) - loss (van den
    Oord et al. 2018, https://arxiv.org/abs/1807.03748, equation 4). With
    `symmetric=True` it is the loss of CLIP (Radford et al. 2021).

    Args:
        temperature: Positive number that divides the similarities.
        symmetric: Whether keys must pick their queries as well; the loss is then
            the mean of both directions.
        normalize: Whether the similarity is the cosine; otherwise the dot product.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        dtype: Dtype of the inputs; below float32 the loss is still computed in
            float32.

    Call arguments:
        y_true: Float tensor `[batch, width]`: the keys.
        y_pred: Float tensor `[batch, width]`: the queries; row i belongs to key i.
        sample_weight: Optional weights `[batch]` of the pairs.

    Returns:
        Scalar, or `[batch]` without reduction.

    Raises:
        ValueError: If the shapes differ, are not `[batch, width]`, the batch has
            one pair only or the temperature is not positive.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> pairs = np.eye(2, dtype="float32")
    >>> round(float(kerasdl.losses.InfoNCE(temperature=1.0)(pairs, pairs)), 4)
    0.3133
    """

    def __init__(
        self,
        temperature: float = 0.07,
        symmetric: bool = False,
        normalize: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str = "info_nce",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_positive(temperature=temperature)
        self.temperature = temperature
        self.symmetric = symmetric
        self.normalize = normalize

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the examples, before the reduction."""
        return info_nce(
            query=y_pred,
            key=y_true,
            temperature=self.temperature,
            symmetric=self.symmetric,
            normalize=self.normalize,
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same loss again."""
        config = super().get_config()
        config.update(
            temperature=self.temperature,
            symmetric=self.symmetric,
            normalize=self.normalize,
            dtype=self.dtype,
        )
        return config
