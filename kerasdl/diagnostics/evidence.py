"""How probable a variational autoencoder finds images, in nats."""

from typing import Any

import numpy as np

from kerasdl.arguments import check_positive_integers


def evidence_bounds(
    model: Any, images: np.ndarray, samples: int = 50, seed: int = 0, batch_size: int = 100
) -> dict[str, float]:
    """Bounds on -log p(x) of a `kerasdl.models.VariationalAutoencoder`, averaged over images.

    With K samples z_k of q(z | x) and weights w_k = p(x | z_k) p(z_k) / q(z_k | x):

    - `negative_elbo`: KL - mean_k log p(x | z_k), whatever K (Kingma & Welling 2014);
    - `importance_weighted`: -log mean_k w_k, which comes the closer to -log p(x) the larger
      K is, and is never above it in expectation (Burda et al. 2016,
      https://arxiv.org/abs/1509.00519, equation 8).

    Args:
        model: The model.
        images: uint8 `[n, height, width, channels]`, each value 0 or 255: black or white.
        samples: K.
        seed: Decides the samples.
        batch_size: Images in one step.

    Returns:
        Both bounds, in nats per image.

    Raises:
        ValueError: If the images hold grey, of which the bounds would say nothing.

    Example:

    >>> from kerasdl import models
    >>> images = np.random.default_rng(0).choice(np.uint8([0, 255]), (4, 28, 28, 1))
    >>> bounds = evidence_bounds(models.vae((28, 28, 1), seed=1), images, samples=5)
    >>> bounds["importance_weighted"] <= bounds["negative_elbo"]
    True
    """
    import tensorflow as tf

    from kerasdl import ops

    check_positive_integers(samples=samples, batch_size=batch_size)
    values = np.unique(images)
    if not set(values.tolist()) <= {0, 255}:
        raise ValueError(
            f"Received images with {len(values)} different values. Expected black and white, "
            "0 and 255: the bounds are on the probability of bits."
        )

    # Without XLA, which would compile once more for a smaller last batch.
    @tf.function(autograph=False)
    def batch_bounds(batch: Any, batch_seed: Any) -> tuple[Any, Any]:
        code = model.encoder(batch, training=False)
        kl = ops.gaussian_kl(code["mean"], code["log_variance"])
        # All samples of an image stand in a row.
        mean, log_variance, targets = (
            tf.repeat(tensor, samples, axis=0)
            for tensor in (code["mean"], code["log_variance"], tf.cast(batch, tf.float32) / 255)
        )
        latents = ops.gaussian_sample(mean, log_variance, batch_seed)
        log_likelihood = ops.bernoulli_log_likelihood(targets, model.decoder(latents))
        log_prior = ops.gaussian_log_likelihood(latents, tf.zeros_like(latents), 0.0)
        log_posterior = ops.gaussian_log_likelihood(latents, mean, log_variance)
        log_weights = tf.reshape(log_likelihood + log_prior - log_posterior, [-1, samples])
        log_mean_weight = tf.reduce_logsumexp(log_weights, axis=1) - np.log(samples)
        log_likelihood = tf.reshape(log_likelihood, [-1, samples])
        return kl - tf.reduce_mean(log_likelihood, axis=1), -log_mean_weight

    totals = np.zeros(2)
    for start in range(0, len(images), batch_size):
        batch = tf.constant(images[start : start + batch_size])
        bounds = batch_bounds(batch, tf.constant([seed, start], tf.int64))
        totals += [float(tf.reduce_sum(tf.cast(bound, tf.float64))) for bound in bounds]
    negative_elbo, importance_weighted = totals / len(images)
    return {
        "negative_elbo": float(negative_elbo),
        "importance_weighted": float(importance_weighted),
    }


def independent_pixels(train: np.ndarray, test: np.ndarray) -> float:
    """-log p(x) of test images, if each pixel were drawn by itself, as often white as in training.

    What a model knows that has seen no image but the average of all. Frequencies are counted
    with one white and one black pixel more (Laplace), so that none is 0 or 1.

    Args:
        train: uint8 `[n, ...]`; grey counts in part, as value / 255.
        test: uint8 `[m, ...]`.

    Returns:
        Nats per image.

    Example:

    >>> train = np.zeros((8, 1), "uint8")
    >>> round(independent_pixels(train, np.zeros((1, 1), "uint8")), 4)  # log(10 / 9)
    0.1054
    """
    white = (train.sum(axis=0, dtype=np.float64) / 255 + 1) / (len(train) + 2)
    share = test.mean(axis=0, dtype=np.float64) / 255
    return float(-np.sum(share * np.log(white) + (1 - share) * np.log1p(-white)))
