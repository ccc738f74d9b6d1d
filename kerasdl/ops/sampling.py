"""Choosing the next token."""

from typing import Any

from keras import ops

from kerasdl.ops.random import random_uniform


def filter_logits(logits: Any, top_k: Any = 0, top_p: Any = 1.0) -> Any:
    """Leaves the likeliest tokens and sets the logits of all others to minus infinity.

    Args:
        logits: Float tensor `[..., tokens]`.
        top_k: Integer or scalar integer tensor: so many are left (Fan et al., 2018); 0: all.
        top_p: Float or scalar float tensor: the likeliest are left that together have this
            probability, or just over, "nucleus sampling" (Holtzman et al., 2020); 1: all. The
            likeliest of all is always left.

    Returns:
        Tensor like `logits`. Tokens as likely as the last that is left are left too.

    Example:

    >>> import numpy as np
    >>> logits = np.log([[0.5, 0.3, 0.2]]).astype("float32")
    >>> np.exp(filter_logits(logits, top_p=0.6)).round(1).tolist()
    [[0.5, 0.30000001192092896, 0.0]]
    """
    logits = ops.convert_to_tensor(logits)
    count = logits.shape[-1]
    ordered = ops.flip(ops.sort(logits, axis=-1), axis=-1)
    probabilities = ops.softmax(ordered)
    top_p = ops.cast(top_p, logits.dtype)
    # The probability of those before it says whether a token is still needed.
    before = ops.cumsum(probabilities, axis=-1) - probabilities
    ranks = ops.arange(count)
    top_k = ops.cast(top_k, "int32")
    top_k = ops.where(top_k > 0, top_k, count)
    is_left = ops.logical_and(ranks < top_k, ops.logical_or(before < top_p, top_p >= 1))
    is_left = ops.logical_or(is_left, ranks == 0)
    infinity = ops.cast(float("inf"), logits.dtype)
    least = ops.min(ops.where(is_left, ordered, infinity), axis=-1, keepdims=True)
    return ops.where(logits >= least, logits, -infinity)


def sample_token(
    logits: Any, seed: Any, temperature: Any = 1.0, top_k: Any = 0, top_p: Any = 1.0
) -> Any:
    """Draws tokens from what a language model answers.

    By the Gumbel trick: the largest of logits to which noise was added is a sample of
    their softmax. The same seed draws the same tokens on every backend.

    Args:
        logits: Float tensor `[..., tokens]`.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape `(2,)`.
        temperature: Float or scalar float tensor that the logits are divided by: below 1 for
            likelier tokens; 0 for the likeliest.
        top_k: See `filter_logits`.
        top_p: See `filter_logits`; of the probabilities at this temperature.

    Returns:
        Int32 tensor `[...]`.

    Example:

    >>> import numpy as np
    >>> int(sample_token(np.array([0.0, 1.0, 2.0], "float32"), seed=1, temperature=0.0))
    2
    """
    logits = ops.cast(ops.convert_to_tensor(logits), "float32")
    temperature = ops.cast(temperature, "float32")
    is_greedy = temperature <= 0
    scaled = logits / ops.where(is_greedy, 1.0, temperature)
    uniform = random_uniform(ops.shape(logits), seed, "float32")
    noise = -ops.log(-ops.log(uniform))
    drawn = ops.argmax(filter_logits(scaled, top_k, top_p) + noise, axis=-1)
    return ops.cast(ops.where(is_greedy, ops.argmax(logits, axis=-1), drawn), "int32")
