"""An autoencoder of images as a `Servable`."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def image_autoencoder(
    model: "keras.Model",
    encoder: "keras.Model",
    decoder: "keras.Model",
    sample_images: np.ndarray | Sequence[np.ndarray],
    code: str = "mean",
    details: Mapping[str, Any] | None = None,
) -> Servable:
    """Describes an autoencoder of images for export and prediction.

    Its signatures:

    - `serving_default`: `image`, uint8 `[n, height, width, channels]` -> `reconstruction`
      float32 of the same shape, values 0 to 1, and `error` float32 `[n]`, the mean squared
      difference between the two, image values taken from 0 to 1.
    - `serve_bytes`: `image_bytes`, string `[n]`, images encoded as PNG, JPEG, GIF or BMP
      of any size -> the same.
    - `encode`: `image` -> what the encoder returns, float32 `[n, latent_size]` each.
    - `decode`: `latents`, float32 `[n, latent_size]` -> `pixels` float32
      `[n, height, width, channels]`, values 0 to 1.

    Args:
        model: What is exported.
        encoder: Part of it; has a uint8 input named `image` and returns a dictionary of
            tensors `[n, latent_size]`.
        decoder: Part of it, from a code to logits of pixels.
        sample_images: uint8 `[m, height, width, channels]`; the first three are
            what an export is checked with.
        code: Which output of the encoder is decoded.
        details: What a reader of the artefact must know besides.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the images do not fit the model.

    Example:

    >>> from kerasdl import models
    >>> model, images = models.vae((28, 28, 1)), np.zeros((3, 28, 28, 1), "uint8")
    >>> servable = image_autoencoder(model, model.encoder, model.decoder, images)
    >>> sorted(servable.signatures)
    ['decode', 'encode', 'serve_bytes', 'serving_default']
    """
    import keras
    import tensorflow as tf

    from kerasdl.exporting.encoded_images import decode_images, encode_png

    image_shape = tuple(encoder.inputs[0].shape[1:])
    latent_size = decoder.inputs[0].shape[1]
    images = np.asarray(sample_images)
    if images.dtype != np.uint8 or images.shape[1:] != image_shape or not len(images):
        raise ValueError(
            f"Received sample images of dtype {images.dtype} and shape {images.shape}. Expected "
            f"uint8 images of shape {(SAMPLE_SIZE, *image_shape)}."
        )
    image_spec = tf.TensorSpec([None, *image_shape], tf.uint8, name="image")
    latents_spec = tf.TensorSpec([None, latent_size], tf.float32, name="latents")

    # Each network is traced once, under all signatures, so that the artefact holds it once.
    @tf.function(input_signature=[image_spec], autograph=False)
    def encode(image: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = encoder(image, training=False)
        return {name: tf.cast(value, tf.float32) for name, value in outputs.items()}

    @tf.function(input_signature=[latents_spec], autograph=False)
    def decode(latents: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"pixels": tf.sigmoid(tf.cast(decoder(latents, training=False), tf.float32))}

    def serving_default(image: tf.Tensor) -> dict[str, tf.Tensor]:
        pixels = decode(encode(image)[code])["pixels"]
        difference = tf.math.squared_difference(pixels, tf.cast(image, tf.float32) / 255)
        return {"reconstruction": pixels, "error": tf.reduce_mean(difference, axis=[1, 2, 3])}

    def serve_bytes(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        return serving_default(decode_images(image_bytes, image_shape))

    def ask_encoder(inputs: Arrays) -> Arrays:
        outputs = encoder(inputs["image"], training=False)
        return {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}

    def ask_decoder(inputs: Arrays) -> Arrays:
        logits = decoder(inputs["latents"], training=False)
        values = keras.ops.convert_to_numpy(keras.ops.cast(logits, "float32"))
        return {"pixels": _sigmoid(values)}

    def reference(inputs: Arrays) -> Arrays:
        pixels = ask_decoder({"latents": ask_encoder(inputs)[code]})["pixels"]
        difference = np.square(pixels - inputs["image"] / np.float32(255))
        return {"reconstruction": pixels, "error": difference.mean(axis=(1, 2, 3))}

    return Servable(
        kind="image_autoencoder",
        model=model,
        signatures={
            "serving_default": Signature(serving_default, {"image": image_spec}),
            "serve_bytes": Signature(
                serve_bytes,
                {"image_bytes": tf.TensorSpec([None], tf.string)},
                request=lambda inputs: {"image_bytes": encode_png(inputs["image"])},
            ),
            "encode": Signature(encode, {"image": image_spec}, reference=ask_encoder),
            "decode": Signature(
                decode,
                {"latents": latents_spec},
                request=lambda inputs: {"latents": ask_encoder(inputs)[code]},
                reference=ask_decoder,
            ),
        },
        sample={"image": images[np.arange(SAMPLE_SIZE) % len(images)]},
        reference=reference,
        details={"latent_size": latent_size, **(details or {})},
    )


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return (0.5 + 0.5 * np.tanh(0.5 * logits.astype(np.float64))).astype(np.float32)
