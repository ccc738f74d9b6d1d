"""Diagonal Gaussians: sampling, divergence from N(0, I), log-likelihood."""

import math
from typing import Any

from keras import ops

from kerasdl.ops.per_example import check_same_shape, replace_masked, sum_per_example
from kerasdl.ops.precision import at_least_float32
from kerasdl.ops.random import random_normal


def gaussian_sample(mean: Any, log_variance: Any, seed: Any) -> Any:
    """Draws z = mean + sigma * epsilon, differentiable in the mean and the variance.

    The randomness sits in epsilon ~ N(0, I) alone, so that gradients reach the
    parameters (the reparameterisation trick, Kingma & Welling 2014,
    https://arxiv.org/abs/1312.6114, section 2.4). sigma = exp(log_variance / 2)
    is computed in float32.

    Args:
        mean: Tensor `[batch, ...]`, float.
        log_variance: Tensor of the same shape: the natural logarithm of the variance.
        seed: A `keras.random.SeedGenerator`, or an integer.

    Returns:
        Tensor with the shape and dtype of `mean`.

    Raises:
        ValueError: If the two shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> z = ops.gaussian_sample(np.zeros((2, 3), "float32"), np.zeros((2, 3), "float32"), seed=1)
    >>> tuple(z.shape)
    (2, 3)
    """
    mean = ops.convert_to_tensor(mean)
    wide_mean, log_variance = at_least_float32(mean), at_least_float32(log_variance)
    check_same_shape(mean=mean, log_variance=log_variance)
    epsilon = random_normal(ops.shape(mean), seed, wide_mean.dtype)
    return ops.cast(wide_mean + ops.exp(0.5 * log_variance) * epsilon, mean.dtype)


def gaussian_kl(mean: Any, log_variance: Any, mask: Any = None) -> Any:
    """Kullback-Leibler divergence of N(mean, sigma^2 I) from N(0, I), in nats.

    In closed form, 1/2 sum(sigma^2 + mean^2 - 1 - log sigma^2), summed over
    every axis but the first (Kingma & Welling 2014, appendix B).

    Args:
        mean: Tensor `[batch, ...]`, float.
        log_variance: Tensor of the same shape: the natural logarithm of the variance.
        mask: Optional boolean tensor over the leading axes, such as
            `[batch, time]`; False leaves a position out.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs), never below zero.

    Raises:
        ValueError: If the two shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> ops.gaussian_kl(np.full((1, 2), 2.0), np.zeros((1, 2))).numpy().tolist()
    [4.0]
    """
    mean, log_variance = at_least_float32(mean), at_least_float32(log_variance)
    check_same_shape(mean=mean, log_variance=log_variance)
    mean, log_variance = replace_masked(mean, mask), replace_masked(log_variance, mask)
    return sum_per_example(gaussian_kl_terms(mean, log_variance))


def gaussian_kl_terms(mean: Any, log_variance: Any) -> Any:
    """The divergence of `gaussian_kl` by dimension: what each one says about its example.

    A dimension whose divergence is zero carries nothing; the terms show which of a
    latent code are in use, and `free_bits` spares some of each.

    Args:
        mean: Tensor `[batch, ...]`, float.
        log_variance: Tensor of the same shape.

    Returns:
        Tensor of the same shape, float32 (float64 for float64 inputs), in nats, never
        below zero.

    Raises:
        ValueError: If the two shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> ops.gaussian_kl_terms(np.array([[2.0, 0.0]]), np.zeros((1, 2))).numpy().tolist()
    [[2.0, 0.0]]
    """
    mean, log_variance = at_least_float32(mean), at_least_float32(log_variance)
    check_same_shape(mean=mean, log_variance=log_variance)
    # exp(v) - 1 - v loses everything to rounding near v = 0; expm1 keeps it.
    excess = ops.maximum(ops.expm1(log_variance) - log_variance, 0.0)
    return 0.5 * (ops.square(mean) + excess)


def gaussian_log_likelihood(targets: Any, mean: Any, log_variance: Any, mask: Any = None) -> Any:
    """Log-density of the targets under independent Gaussians, in nats.

    log p(x) = -1/2 sum(log 2 pi + log sigma^2 + (x - mean)^2 / sigma^2), summed
    over every axis but the first (Kingma & Welling 2014, appendix C.2).

    Args:
        targets: Tensor `[batch, ...]`.
        mean: Tensor of the same shape.
        log_variance: Tensor of the same shape, or a number for one fixed variance.
        mask: Optional boolean tensor over the leading axes; False leaves a
            position out.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs).

    Raises:
        ValueError: If the shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> x = np.zeros((1, 1))
    >>> round(float(ops.gaussian_log_likelihood(x, x, 0.0)[0]), 4)
    -0.9189
    """
    targets, mean = at_least_float32(targets), at_least_float32(mean)
    if isinstance(log_variance, int | float):
        log_variance = ops.full_like(mean, log_variance)
    log_variance = at_least_float32(log_variance)
    check_same_shape(targets=targets, mean=mean, log_variance=log_variance)
    difference = replace_masked(targets, mask) - replace_masked(mean, mask)
    log_variance = replace_masked(log_variance, mask)
    log_density = -0.5 * (
        math.log(2 * math.pi) + log_variance + ops.square(difference) * ops.exp(-log_variance)
    )
    return sum_per_example(log_density, mask)
