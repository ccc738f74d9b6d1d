"""What a classifier says about many examples."""

from typing import Any

import numpy as np


def predict_probabilities(model: Any, batches: Any) -> np.ndarray:
    """The probabilities of each class, from a model that returns logits.

    Args:
        model: a `keras.Model` from inputs to logits of shape `(batch_size, num_classes)`.
        batches: what `model.predict` takes, such as a `tf.data.Dataset`; labels in it
            are ignored.

    Returns:
        float64 array of shape `(num_examples, num_classes)`; rows add up to one.
    """
    from scipy.special import softmax

    return softmax(np.asarray(model.predict(batches, verbose=0), np.float64), axis=-1)
