"""The variational autoencoder, as a Keras model that trains itself."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_non_negative
from kerasdl.layers.generative.gaussian_sampling import GaussianSampling
from kerasdl.ops.gaussian import gaussian_kl_terms, gaussian_sample
from kerasdl.ops.per_example import sum_per_example
from kerasdl.ops.variational import bernoulli_log_likelihood, elbo, free_bits
from kerasdl.registration import public


@public
class VariationalAutoencoder(keras.Model):
    """An encoder and a decoder that maximise the evidence lower bound of images.

    The loss is -(log p(x | z) - beta * KL(q(z | x) || N(0, I))) in nats per image, with one
    sample z of q(z | x) and pixels that are Bernoulli variables (Kingma & Welling 2014,
    https://arxiv.org/abs/1312.6114). `fit` and `evaluate` report its two terms, `kl` and
    `reconstruction` = -log p(x | z), beside it.

    In evaluation the loss is the same with `beta` in full and no free bits, from samples
    that are equal every time: with beta = 1 a bound on -log p(x), fit for choosing
    the best epoch.

    Args:
        encoder: From images to a dictionary with `mean` and `log_variance`, `[batch, latent]`.
        decoder: From codes `[batch, latent]` to logits, shaped like the images.
        beta: Weight of the divergence (Higgins et al. 2017); 1 for the bound itself.
        warmup_steps: Training steps in which that weight rises from 0 (Bowman et al.
            2016). The steps done are a weight, `step`, and so are saved with the model.
        free_bits: Nats of each latent dimension that cost nothing in training: see
            `kerasdl.ops.free_bits`.
        seed: Integer that makes the noise reproducible.
        **kwargs: Arguments of `keras.Model`: `name`.

    Call arguments:
        images: uint8 tensor `[batch, height, width, channels]`, values 0 to 255.
        training: Whether to decode a sample; otherwise the mean is decoded.

    Returns:
        Dictionary of float32 tensors: `logits` `[batch, height, width, channels]`, `mean` and
        `log_variance` `[batch, latent]`. Targets of `fit` are images of 0 and 255.

    Raises:
        ValueError: If `beta`, `warmup_steps` or `free_bits` is negative.

    Example:

    >>> import numpy as np
    >>> from kerasdl import models
    >>> model = models.vae((28, 28, 1), latent_size=2, seed=1)
    >>> model.compile("adam")
    >>> images = np.random.default_rng(1).choice(np.uint8([0, 255]), (8, 28, 28, 1))
    >>> sorted(model.evaluate(images, images, verbose=0, return_dict=True))
    ['kl', 'loss', 'reconstruction']
    """

    def __init__(
        self,
        encoder: keras.Model,
        decoder: keras.Model,
        beta: float = 1.0,
        warmup_steps: int = 0,
        free_bits: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        check_non_negative(beta=beta, warmup_steps=warmup_steps, free_bits=free_bits)
        self.encoder = encoder
        self.decoder = decoder
        self.beta = beta
        self.warmup_steps = warmup_steps
        self.free_bits = free_bits
        self.seed = seed
        self.sampling = GaussianSampling(seed=seed, name="sampling", dtype="float32")
        self.mean_over_batch = _MeanOverBatch()
        self.kl_tracker = keras.metrics.Mean(name="kl")
        self.reconstruction_tracker = keras.metrics.Mean(name="reconstruction")

    def build(self, images_shape: Any) -> None:
        """Creates the count of steps, where a warm-up needs it."""
        code_shape = self.encoder.output["mean"].shape
        self.sampling.build(code_shape, code_shape)
        self.step = None
        if self.warmup_steps:
            self.step = self.add_weight(
                name="step", shape=(), dtype="int32", initializer="zeros", trainable=False
            )

    def call(self, images: Any, training: bool | None = None) -> dict[str, Any]:
        """Encodes, samples in training, decodes."""
        code = self.encoder(images, training=training)
        latents = self.sampling(code["mean"], code["log_variance"], training=training)
        return {"logits": self.decoder(latents, training=training), **code}

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """The negative bound, averaged over the batch."""
        mean, log_variance, logits = (y_pred[key] for key in ("mean", "log_variance", "logits"))
        if not training:
            # The mean of q in place of a sample of it would give no bound. Equal noise in each
            # evaluation: epochs differ by their weights alone, and no state moves on.
            logits = self.decoder(gaussian_sample(mean, log_variance, seed=self.seed or 0))
        log_likelihood = bernoulli_log_likelihood(ops.cast(y, "float32") / 255, logits)
        kl_terms = gaussian_kl_terms(mean, log_variance)
        kl = sum_per_example(kl_terms)
        self.kl_tracker.update_state(kl, sample_weight)
        self.reconstruction_tracker.update_state(-log_likelihood, sample_weight)
        if training:
            bound = elbo(log_likelihood, free_bits(kl_terms, self.free_bits), self.next_weight())
        else:
            bound = elbo(log_likelihood, kl, self.beta)
        return self.mean_over_batch(bound, -bound, sample_weight)

    def next_weight(self) -> Any:
        """The weight of the divergence in this training step; counts the step."""
        if self.step is None:
            return self.beta
        fraction = ops.cast(self.step, "float32") / self.warmup_steps
        self.step.assign_add(1)
        return self.beta * ops.minimum(fraction, 1.0)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same model again."""
        return {
            "name": self.name,
            "encoder": keras.saving.serialize_keras_object(self.encoder),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "beta": self.beta,
            "warmup_steps": self.warmup_steps,
            "free_bits": self.free_bits,
            "seed": self.seed,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> "VariationalAutoencoder":
        """The model that `get_config` describes."""
        coders = {
            name: keras.saving.deserialize_keras_object(config[name], custom_objects)
            for name in ("encoder", "decoder")
        }
        return cls(**{**config, **coders})


class _MeanOverBatch(keras.losses.Loss):
    """The mean of the predictions, weighted and shared out over devices as Keras does it."""

    def __init__(self) -> None:
        super().__init__(name="mean_over_batch")

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return y_pred
