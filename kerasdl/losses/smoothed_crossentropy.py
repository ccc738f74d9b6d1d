"""Cross-entropy with smoothed labels, for labels that are integers."""

from typing import Any

import keras

from kerasdl.arguments import check_rates
from kerasdl.ops.smoothed_crossentropy import smoothed_crossentropy
from kerasdl.registration import public


@public
class SmoothedCrossentropy(keras.losses.Loss):
    """Cross-entropy of logits with integer labels that are smoothed.

    Keras smooths one-hot labels alone. A model that must not be certain generalises
    better, and its probabilities are more honest (Szegedy et al. 2015,
    https://arxiv.org/abs/1512.00567, section 7; Müller et al. 2019).

    Args:
        label_smoothing: The weight that each label shares with all classes, in `[0, 1)`.
        reduction: As in `keras.losses.Loss`.
        name: Name of the loss.
        dtype: Dtype of the inputs; below float32 the loss is still computed in
            float32.

    Call arguments:
        y_true: Integer tensor `[...]`: the classes.
        y_pred: Float tensor `[..., num_classes]`: the logits.
        sample_weight: Optional weights `[...]`.

    Returns:
        Scalar, or `[...]` without reduction.

    Raises:
        ValueError: If `label_smoothing` is outside `[0, 1)`.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> logits = np.array([[4.0, 0.0]], "float32")
    >>> [round(float(kerasdl.losses.SmoothedCrossentropy(s)(np.array([0]), logits)), 3)
    ...  for s in (0.0, 0.1)]
    [0.018, 0.218]
    """

    def __init__(
        self,
        label_smoothing: float = 0.1,
        reduction: str | None = "sum_over_batch_size",
        name: str = "smoothed_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        check_rates(label_smoothing=label_smoothing)
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Losses of the examples, before the reduction."""
        return smoothed_crossentropy(y_true, y_pred, self.label_smoothing)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same loss again."""
        config = super().get_config()
        config.update(label_smoothing=self.label_smoothing, dtype=self.dtype)
        return config
