"""Variational autoencoders of images."""

from collections.abc import Sequence

from kerasdl.models.image_coders import image_decoder, image_encoder
from kerasdl.models.variational_autoencoder import VariationalAutoencoder


def vae(
    image_shape: Sequence[int],
    latent_size: int = 20,
    model: str = "mlp",
    beta: float = 1.0,
    warmup_steps: int = 0,
    free_bits: float = 0.0,
    seed: int | None = None,
    name: str = "vae",
) -> VariationalAutoencoder:
    """A variational autoencoder of images, preprocessing included.

    Args:
        image_shape: Height, width and channels of an image.
        latent_size: Width of the code.
        model: Which of `kerasdl.models.image_coders.SIZES`: `"mlp"` or `"conv"`.
        beta: Weight of the divergence in the loss.
        warmup_steps: Training steps in which that weight rises from 0.
        free_bits: Nats of each latent dimension that cost nothing in training.
        seed: Integer that makes initial weights and noise reproducible.
        name: Name of the model.

    Returns:
        A built `VariationalAutoencoder`, whose `encoder` and `decoder` are models too.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = vae((28, 28, 1), latent_size=8, seed=1)
    >>> model.encoder.output["log_variance"].shape
    (None, 8)
    """
    built = VariationalAutoencoder(
        image_encoder(image_shape, {"mean": latent_size, "log_variance": latent_size}, model, seed),
        image_decoder(latent_size, image_shape, model, seed),
        beta=beta,
        warmup_steps=warmup_steps,
        free_bits=free_bits,
        seed=seed,
        name=name,
    )
    built.build((None, *image_shape))
    return built
