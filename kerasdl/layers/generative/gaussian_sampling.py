"""Sampling of a diagonal Gaussian, as in the variational autoencoder."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_non_negative
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.gaussian import gaussian_kl, gaussian_sample
from kerasdl.registration import public


@public
class GaussianSampling(RandomLayer):
    """Samples z = mean + sigma * epsilon, the latent code of a variational autoencoder.

    The noise epsilon ~ N(0, I) does not depend on the parameters, so gradients
    reach the mean and the log-variance (Kingma & Welling 2014,
    https://arxiv.org/abs/1312.6114). With `beta` the layer also adds the loss
    beta * KL(q || N(0, I)), averaged over the batch.

    Args:
        beta: Weight of the divergence in the model's loss; None (the default)
            adds no loss. The weight in use is the variable `kl_weight`, which
            starts at `beta` and may be assigned for a warm-up; it is saved with
            the model.
        sample_at_inference: Whether to sample outside training too; otherwise
            inference returns the mean.
        seed: Integer that makes the noise reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        mean: Float tensor `[batch, ...]`.
        log_variance: Float tensor of the same shape: the natural logarithm of
            the variance.
        mean_mask, log_variance_mask: Optional boolean tensors over the leading
            axes, such as `[batch, time]`, merged by AND; filled in by Keras when
            an input carries a mask. Positions that are False do not count in
            the divergence; their samples mean nothing.
        training: Whether to sample.

    Returns:
        Float tensor with the shape of `mean` in the layer's compute dtype.

    Raises:
        ValueError: If `beta` is negative or the two shapes differ.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.GaussianSampling(beta=1.0, seed=1)
    >>> mean, log_variance = np.ones((4, 2), "float32"), np.zeros((4, 2), "float32")
    >>> z = layer(mean, log_variance, training=True)
    >>> tuple(z.shape), float(layer.losses[0])
    ((4, 2), 1.0)
    """

    def __init__(
        self,
        beta: float | None = None,
        sample_at_inference: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        if beta is not None:
            check_non_negative(beta=beta)
        self.beta = beta
        self.sample_at_inference = sample_at_inference
        self.supports_masking = True

    def build(self, mean_shape: Any, log_variance_shape: Any) -> None:
        """Creates the weight of the divergence, if it is wanted."""
        self.kl_weight = None
        if self.beta is not None:
            self.kl_weight = self.add_weight(
                name="kl_weight",
                shape=(),
                initializer=keras.initializers.Constant(self.beta),
                trainable=False,
                autocast=False,
            )

    def call(
        self,
        mean: Any,
        log_variance: Any,
        mean_mask: Any = None,
        log_variance_mask: Any = None,
        training: bool | None = None,
    ) -> Any:
        """Samples, and adds the loss."""
        if self.kl_weight is not None:
            mask = mean_mask
            if log_variance_mask is not None:
                mask = log_variance_mask if mask is None else mask & log_variance_mask
            divergence = ops.mean(gaussian_kl(mean, log_variance, mask))
            self.add_loss(ops.cast(self.kl_weight, divergence.dtype) * divergence)
        if training or self.sample_at_inference:
            return gaussian_sample(mean, log_variance, self.seed_generator)
        return mean

    def compute_output_shape(self, mean_shape: Any, log_variance_shape: Any) -> Any:
        """The shape of the mean."""
        return mean_shape

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(beta=self.beta, sample_at_inference=self.sample_at_inference)
        return config
