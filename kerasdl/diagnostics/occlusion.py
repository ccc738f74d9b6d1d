"""Which tokens a classifier of texts relies on."""

from typing import Any

import numpy as np


def token_importance(model: Any, tokens: np.ndarray, unknown: int) -> np.ndarray:
    """How much less sure a classifier of texts is where a token is hidden from it.

    Occlusion (Zeiler and Fergus 2014; Li et al. 2016, https://arxiv.org/abs/1612.08220): each
    token in turn is made unknown, and what the log-probability of the class that the model
    chose sinks by is what the token was worth. Works with every model, and asks what the model
    does rather than what it looks at.

    Args:
        model: a `keras.Model` from tokens `[batch, length]` to logits `[batch, num_classes]`.
        tokens: integers `[length]`, without padding.
        unknown: the token that hides another.

    Returns:
        float64 `[length]`, in nats; below zero where the model is surer without the token.

    Raises:
        ValueError: if `tokens` is no single text.

    Example:

    >>> from kerasdl.models import text_classifier_lstm
    >>> model = text_classifier_lstm(vocabulary_size=20, num_classes=3, width=8)
    >>> float(token_importance(model, np.array([5, 7, 9, 1]), unknown=1)[3])
    0.0
    """
    from scipy.special import log_softmax

    tokens = np.asarray(tokens)
    if tokens.ndim != 1 or not len(tokens):
        raise ValueError(f"tokens must be those of one text, [length]; received {tokens.shape}")
    hidden = np.where(np.eye(len(tokens), dtype=bool), unknown, tokens)
    logits = np.asarray(
        model(np.concatenate([tokens[None], hidden]).astype(np.int32), training=False), np.float64
    )
    chosen = log_softmax(logits, axis=-1)[:, logits[0].argmax()]
    importance = chosen[0] - chosen[1:]
    # Hiding what is unknown changes nothing, but for the rounding of other batches.
    return np.where(tokens == unknown, 0.0, importance)
