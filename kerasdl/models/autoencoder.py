"""Autoencoders: through a bottleneck and back."""

from collections.abc import Sequence
from typing import Any

import keras

from kerasdl.arguments import check_positive_integers
from kerasdl.models.image_coders import image_decoder, image_encoder
from kerasdl.models.layer_seeds import LayerSeeds


def image_autoencoder(
    image_shape: Sequence[int],
    latent_size: int = 32,
    model: str = "mlp",
    seed: int | None = None,
    name: str = "autoencoder",
) -> keras.Model:
    """An autoencoder of images, preprocessing included.

    Args:
        image_shape: Height, width and channels of an image.
        latent_size: Width of the bottleneck.
        model: Which of `kerasdl.models.image_coders.SIZES`: `"mlp"` or `"conv"`.
        seed: Integer that makes the initial weights reproducible.
        name: Name of the model.

    Returns:
        Model from uint8 images `(batch_size, *image_shape)` to float32 pixels from 0 to 1 of the
        same shape. Its layers `encoder` (to a dictionary with `latents`) and `decoder` (to
        logits) are models too.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = image_autoencoder((28, 28, 1), latent_size=8, seed=1)
    >>> model.output_shape, model.get_layer("decoder").input_shape
    ((None, 28, 28, 1), (None, 8))
    """
    encoder = image_encoder(image_shape, {"latents": latent_size}, model, seed)
    decoder = image_decoder(latent_size, image_shape, model, seed)
    image = keras.Input(tuple(image_shape), dtype="uint8", name="image")
    logits = decoder(encoder(image)["latents"])
    pixels = keras.layers.Activation("sigmoid", dtype="float32", name="pixels")(logits)
    return keras.Model(image, pixels, name=name)


def numeric_autoencoder(
    num_features: int,
    latent_size: int = 1,
    hidden_units: Sequence[int] = (64, 64),
    seed: int | None = None,
    name: str = "autoencoder",
) -> keras.Model:
    """An autoencoder of rows of numbers: a curve, or surface, through a cloud of points.

    With smooth activations (GELU) the decoder is a smooth curve, and with linear
    layers it would be what principal component analysis finds (Kramer 1991).

    Args:
        num_features: Numbers in a row, best standardised.
        latent_size: Width of the bottleneck: 1 for a curve.
        hidden_units: Widths of the encoder's hidden layers; the decoder has them in reverse.
        seed: Integer that makes the initial weights reproducible.
        name: Name of the model.

    Returns:
        Model from float32 rows `(batch_size, num_features)` to float32 rows. Its layers
        `encoder` (to a dictionary with `latents`) and `decoder` are models too.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> numeric_autoencoder(2, seed=1).output_shape
    (None, 2)
    """
    hidden_units = tuple(hidden_units)
    check_positive_integers(num_features=num_features, latent_size=latent_size)
    check_positive_integers(**{f"hidden_units[{i}]": u for i, u in enumerate(hidden_units)})
    seeds = LayerSeeds(seed)

    def network(width: int, hidden: Sequence[int], outputs: int, name: str) -> Any:
        """Input and output of a multi-layer perceptron, both in float32."""
        inputs = x = keras.Input((width,), name="features" if name == "encoder" else "latents")
        for index, units in enumerate(hidden, start=1):
            x = keras.layers.Dense(
                units,
                activation="gelu",
                kernel_initializer=seeds.he_normal(),
                name=f"hidden_{index}",
            )(x)
        return inputs, keras.layers.Dense(
            outputs, kernel_initializer=seeds.glorot_uniform(), dtype="float32", name="outputs"
        )(x)

    inputs, latents = network(num_features, hidden_units, latent_size, "encoder")
    encoder = keras.Model(inputs, {"latents": latents}, name="encoder")
    decoder = keras.Model(
        *network(latent_size, hidden_units[::-1], num_features, "decoder"), name="decoder"
    )
    features = keras.Input((num_features,), name="features")
    return keras.Model(features, decoder(encoder(features)["latents"]), name=name)
