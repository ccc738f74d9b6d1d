"""Images from a variational autoencoder.

An encoder that says how each image may be coded, as a Gaussian, and a decoder that
says how black each pixel is; trained to maximise the evidence lower bound (Kingma and
Welling, 2014), with Adam under a one-cycle learning rate. Images are black and white,
drawn anew from the grey ones in each epoch, so that all figures are in nats per image.
With `--beta` (Higgins et al., 2017), a warm-up of the divergence and free bits.

Task: image generation
Data: MNIST (without it: scikit-learn's digits)
Model: encoder and decoder MLPs, 784-512-256-20 and back, 1,082,680 parameters
Expect: negative ELBO of 98.5 nats per MNIST test image after 1 min 15 s on 2 CPU cores
Command: kerasdl recipe vae
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

import kerasdl
from kerasdl.training import ImageRecipeConfig


class Config(ImageRecipeConfig):
    """What you may choose."""

    epochs: int = Field(12, ge=1)
    """Passes over the training data."""

    learning_rate: float = Field(2e-3, gt=0)
    """Highest learning rate of the one-cycle schedule."""

    model: Literal["mlp", "conv"] = "mlp"
    """Dense or convolutional encoder and decoder."""

    latent_size: int = Field(20, ge=1)
    """Dimensions of the latent code."""

    beta: float = Field(1.0, ge=0)
    """Weight of the divergence; 1 gives the evidence lower bound."""

    warmup_epochs: float = Field(0.0, ge=0)
    """Epochs in which that weight rises from 0."""

    free_bits: float = Field(0.0, ge=0)
    """Nats of each latent dimension that cost nothing in training."""

    binarization: Literal["stochastic", "threshold"] = "stochastic"
    """How pixels become black or white."""


SMOKE = {"data": "digits", "epochs": 8}


def load_data(config: Config) -> Any:
    """MNIST, or what `config.data` names, in black and white: drawn anew in each epoch."""
    images = kerasdl.data.load_images(
        config.data, preferred="mnist", fallback="digits", **config.image_options
    )
    pairs = kerasdl.data.binarized_pairs(config.binarization)
    return kerasdl.data.ReconstructionData.of(images, pairs, binarization=config.binarization)


def build_model(config: Config, data: Any) -> Any:
    """The network, and what is optimised: the evidence lower bound, which is its own loss."""
    import keras

    steps_per_epoch = data.steps_per_epoch(config.batch_size)
    model = kerasdl.models.vae(
        image_shape=data.info.image_shape,
        latent_size=config.latent_size,
        model=config.model,
        beta=config.beta,
        warmup_steps=round(config.warmup_epochs * steps_per_epoch),
        free_bits=config.free_bits,
        seed=config.seed,
    )
    schedule = kerasdl.schedules.OneCycle(config.learning_rate, config.epochs * steps_per_epoch)
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        steps_per_execution=config.steps_per_execution,
        jit_compile=config.jit_compile,
    )
    return model


def measure(config: Config, model: Any, data: Any) -> dict[str, float]:
    """Bounds on -log p(x) of the test images, from 50 samples for each."""
    return kerasdl.diagnostics.evidence_bounds(model, data.arrays("test")[0], samples=50)


def baselines(config: Config, data: Any) -> dict[str, dict[str, float]]:
    """What the average training image alone is worth."""
    (images,) = data.arrays("train")
    if config.binarization == "threshold":  # otherwise grey is how often a pixel is white
        images = data.pairs((images,), (0, 0))[0].numpy()
    nats = kerasdl.diagnostics.independent_pixels(images, data.arrays("test")[0])
    return {"each pixel by itself": {"negative_log_likelihood": nats}}


def pictures(config: Config, model: Any, data: Any) -> dict[str, Any]:
    """Reconstructions, samples, a plane of the latent space, and ways between images."""
    import numpy as np

    from kerasdl import diagnostics, plots

    images, _ = data.arrays("test")
    codes = model.encoder.predict(images, batch_size=256, verbose=0)["mean"]
    noise = np.random.default_rng(config.seed).standard_normal((8, 12, config.latent_size))
    axes, pairs = diagnostics.widest_axes(codes), max(1, min(8, len(codes) // 2))
    latents = {
        "Samples": noise,
        "Manifold": diagnostics.latent_plane(12, codes[0], axes),
        "Interpolation": diagnostics.interpolate(codes[:pairs], codes[-pairs:], 12),
    }
    decoded = {
        name: diagnostics.decode_images(model.decoder, grid) for name, grid in latents.items()
    }
    reconstructions = diagnostics.decode_images(model.decoder, codes[:48])
    versions = {"image": images[:48], "reconstruction": reconstructions}
    return {
        "reconstructions.png": plots.image_versions(versions, "Reconstructions"),
    } | {f"{name.lower()}.png": plots.image_mosaic(grid, name) for name, grid in decoded.items()}


def servable(model: Any, info: Any, samples: Path) -> Any:
    """What goes to production: encoder, decoder, and one after the other."""
    images = kerasdl.exporting.read_samples(samples, info.image_shape)
    return kerasdl.exporting.image_autoencoder(
        model, model.encoder, model.decoder, images, details={"prior": "standard normal"}
    )


if __name__ == "__main__":
    kerasdl.run_script(__file__)
