"""Encoders and decoders of images, as autoencoders have them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import keras

from kerasdl.arguments import check_choice, check_positive_integers
from kerasdl.models.layer_seeds import LayerSeeds


@dataclass(frozen=True)
class CoderSize:
    """Layers between image and code; a decoder has them in reverse.

    Args:
        filters: channels of convolutions, each of which halves height and width.
        hidden_units: widths of the dense layers after them.
        activation: what follows each layer.
    """

    filters: tuple[int, ...]
    hidden_units: tuple[int, ...]
    activation: str = "relu"


SIZES = {
    "mlp": CoderSize(filters=(), hidden_units=(512, 256)),
    "conv": CoderSize(filters=(32, 64), hidden_units=(256,)),
}


def image_encoder(
    image_shape: Sequence[int],
    outputs: dict[str, int],
    model: str = "mlp",
    seed: int | None = None,
    name: str = "encoder",
) -> keras.Model:
    """An encoder of images: a network with one linear layer for each output.

    Args:
        image_shape: Height, width and channels of an image.
        outputs: Name and width of each output: `{"mean": 20, "log_variance": 20}`.
        model: Which of `SIZES`.
        seed: Integer that makes the initial weights reproducible.
        name: Name of the model.

    Returns:
        Model from uint8 images `(batch_size, *image_shape)`, values 0 to 255, to a dictionary
        of float32 tensors `(batch_size, width)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> encoder = image_encoder((28, 28, 1), {"code": 16}, seed=1)
    >>> encoder.output["code"].shape
    (None, 16)
    """
    size = _size(model, image_shape)
    check_positive_integers(**outputs)
    seeds = LayerSeeds(seed, first=1)
    inputs = keras.Input(tuple(image_shape), dtype="uint8", name="image")
    x = keras.layers.Rescaling(1 / 255, name="rescaling")(inputs)
    for index, filters in enumerate(size.filters, start=1):
        x = keras.layers.Conv2D(
            filters,
            3,
            strides=2,
            padding="same",
            activation=size.activation,
            kernel_initializer=seeds.he_normal(),
            name=f"convolution_{index}",
        )(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = _hidden(x, size.hidden_units, size.activation, seeds)
    # In float32 in mixed precision too, and with them all that is computed from a code.
    heads = {
        output: keras.layers.Dense(
            width, kernel_initializer=seeds.glorot_uniform(), dtype="float32", name=output
        )(x)
        for output, width in outputs.items()
    }
    return keras.Model(inputs, heads, name=name)


def image_decoder(
    latent_size: int,
    image_shape: Sequence[int],
    model: str = "mlp",
    seed: int | None = None,
    name: str = "decoder",
) -> keras.Model:
    """A decoder of images: the layers of `image_encoder` in reverse.

    Args:
        latent_size: Width of the code.
        image_shape: Height, width and channels of an image.
        model: Which of `SIZES`.
        seed: Integer that makes the initial weights reproducible.
        name: Name of the model.

    Returns:
        Model from float codes `(batch_size, latent_size)` to float32 logits
        `(batch_size, *image_shape)`, whose sigmoids are the pixels, from 0 to 1.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> image_decoder(16, (28, 28, 1), seed=1).output_shape
    (None, 28, 28, 1)
    """
    size = _size(model, image_shape)
    check_positive_integers(latent_size=latent_size)
    height, width, channels = image_shape
    seeds = LayerSeeds(seed, first=101)
    inputs = keras.Input((latent_size,), name="latents")
    x = _hidden(inputs, size.hidden_units[::-1], size.activation, seeds)
    stride = 2 ** len(size.filters)
    rows, columns = -(-height // stride), -(-width // stride)
    first = (rows, columns, size.filters[-1] if size.filters else channels)
    # Logits, and so the likelihood, stay in float32 in mixed precision.
    last = {"dtype": "float32", "name": "logits"}
    x = keras.layers.Dense(
        math.prod(first),
        activation=size.activation if size.filters else None,
        kernel_initializer=seeds.he_normal() if size.filters else seeds.glorot_uniform(),
        **({"name": "to_pixels"} if size.filters else last),
    )(x)
    kept = {} if size.filters else {"dtype": "float32"}
    x = keras.layers.Reshape(first, name="reshape", **kept)(x)
    for index, filters in enumerate([*size.filters[-2::-1], channels][: len(size.filters)]):
        is_last = index == len(size.filters) - 1
        x = keras.layers.Conv2DTranspose(
            filters,
            3,
            strides=2,
            padding="same",
            activation=None if is_last else size.activation,
            kernel_initializer=seeds.glorot_uniform() if is_last else seeds.he_normal(),
            **(last if is_last else {"name": f"transposed_convolution_{index + 1}"}),
        )(x)
    excess = ((0, rows * stride - height), (0, columns * stride - width))
    if excess != ((0, 0), (0, 0)):
        x = keras.layers.Cropping2D(excess, dtype="float32", name="crop")(x)
    return keras.Model(inputs, x, name=name)


def _hidden(x, hidden_units: Sequence[int], activation: str, seeds: LayerSeeds):
    for index, units in enumerate(hidden_units, start=1):
        x = keras.layers.Dense(
            units,
            activation=activation,
            kernel_initializer=seeds.he_normal(),
            name=f"hidden_{index}",
        )(x)
    return x


def _size(model: str, image_shape: Sequence[int]) -> CoderSize:
    check_choice(SIZES, model=model)
    if len(image_shape) != 3 or min(image_shape) < 1:
        raise ValueError(
            f"Received image_shape={tuple(image_shape)}. Expected positive sizes: height, "
            "width, channels."
        )
    return SIZES[model]
