"""The evidence lower bound of a variational autoencoder, and its Bernoulli likelihood."""

from typing import Any

from keras import ops

from kerasdl.arguments import check_non_negative
from kerasdl.ops.per_example import check_same_shape, replace_masked, sum_per_example
from kerasdl.ops.precision import at_least_float32


def bernoulli_log_likelihood(targets: Any, logits: Any, mask: Any = None) -> Any:
    """Log-probability of the targets under independent Bernoulli variables, in nats.

    log p(x) = sum(x * logit - log(1 + exp(logit))), summed over every axis but
    the first; from logits, because probabilities lose log(1 - p) for p near 1
    (Kingma & Welling 2014, https://arxiv.org/abs/1312.6114, appendix C.1).

    Args:
        targets: Tensor `[batch, ...]` with values from 0 to 1.
        logits: Tensor of the same shape: log(p / (1 - p)).
        mask: Optional boolean tensor over the leading axes; False leaves a
            position out.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs).

    Raises:
        ValueError: If the shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> round(float(ops.bernoulli_log_likelihood(np.ones((1, 1)), np.zeros((1, 1)))[0]), 4)
    -0.6931
    """
    targets, logits = at_least_float32(targets), at_least_float32(logits)
    check_same_shape(targets=targets, logits=logits)
    targets, logits = replace_masked(targets, mask), replace_masked(logits, mask)
    return sum_per_example(targets * logits - ops.softplus(logits), mask)


def elbo(log_likelihood: Any, kl: Any, beta: Any = 1.0) -> Any:
    """Evidence lower bound per example: log-likelihood - beta * KL, in nats.

    With beta = 1 it bounds log p(x) from below (Kingma & Welling 2014, equation
    3); another beta weighs the divergence (beta-VAE, Higgins et al. 2017).
    Training maximises it: the loss is its negative mean.

    Args:
        log_likelihood: Tensor `[batch]`: log p(x | z).
        kl: Tensor `[batch]`: the divergence of q(z | x) from p(z).
        beta: Number, scalar tensor or variable.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs).

    Raises:
        ValueError: If the shapes differ.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> ops.elbo(np.array([-90.0]), np.array([10.0])).numpy().tolist()
    [-100.0]
    """
    log_likelihood, kl = at_least_float32(log_likelihood), at_least_float32(kl)
    check_same_shape(log_likelihood=log_likelihood, kl=kl)
    return log_likelihood - ops.cast(beta, kl.dtype) * kl


def free_bits(kl_terms: Any, minimum: float) -> Any:
    """KL divergence per example, with so many nats of each latent dimension free of charge.

    A dimension whose divergence, averaged over the batch, is below `minimum` counts
    as `minimum` and has no gradient: it need not fall silent before the decoder has
    learnt to listen (Kingma et al. 2016, https://arxiv.org/abs/1606.04934, equation
    15). Averaged over the batch, the result is sum_j max(minimum, mean_i KL_ij).

    Args:
        kl_terms: Tensor `[batch, ...]`: `gaussian_kl_terms`.
        minimum: Nats of each dimension, at least 0.

    Returns:
        Tensor `[batch]`, float32 (float64 for float64 inputs).

    Raises:
        ValueError: If `minimum` is negative.

    Example:

    >>> import numpy as np
    >>> from kerasdl import ops
    >>> ops.free_bits(np.array([[3.0, 0.1], [1.0, 0.3]]), minimum=0.5).numpy().tolist()
    [3.5, 1.5]
    """
    check_non_negative(minimum=minimum)
    kl_terms = at_least_float32(kl_terms)
    average = ops.mean(kl_terms, axis=0, keepdims=True)
    floor = ops.full_like(kl_terms, minimum)
    return sum_per_example(ops.where(average > minimum, kl_terms, floor))
