"""Cross-entropy with smoothed labels."""

from typing import Any

from keras import ops

from kerasdl.ops.precision import at_least_float32


def smoothed_crossentropy(labels: Any, logits: Any, label_smoothing: float = 0.1) -> Any:
    """Cross-entropy of logits with a label that shares some of its weight with all classes.

    The target is `1 - label_smoothing` for the label plus `label_smoothing / num_classes`
    for every class, so that no logit has to grow without end (Szegedy et al. 2015,
    https://arxiv.org/abs/1512.00567, section 7).

    Args:
        labels: Integer tensor `[...]`: the classes.
        logits: Float tensor `[..., num_classes]`.
        label_smoothing: The weight that is shared, in `[0, 1)`.

    Returns:
        Float tensor `[...]`, at least float32.

    Example:

    >>> import numpy as np
    >>> bool(np.isclose(smoothed_crossentropy(np.array([0]), np.zeros((1, 4)), 0.2)[0], np.log(4)))
    True
    """
    log_probabilities = ops.log_softmax(at_least_float32(logits), axis=-1)
    labels = ops.cast(labels, "int32")
    own = ops.take_along_axis(log_probabilities, labels[..., None], axis=-1)[..., 0]
    return -(1 - label_smoothing) * own - label_smoothing * ops.mean(log_probabilities, axis=-1)
