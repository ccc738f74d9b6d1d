"""An autoencoder of rows of numbers as a `Servable`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def numeric_autoencoder(
    model: "keras.Model",
    encoder: "keras.Model",
    decoder: "keras.Model",
    features: Sequence[str],
    sample_rows: Any,
) -> Servable:
    """Describes an autoencoder of rows of numbers for export and prediction.

    Its signatures:

    - `serving_default`: `features`, float32 `[n, f]` -> `reconstruction` float32 `[n, f]`, and
      `error` float32 `[n]`, the mean squared difference between the two.
    - `encode`: `features` -> `latents`, float32 `[n, latent_size]`.
    - `decode`: `latents` -> `features`, float32 `[n, f]`.

    Args:
        model: What is exported.
        encoder: Part of it, from rows to a dictionary with `latents`.
        decoder: Part of it, from `latents` to rows.
        features: The f names of the numbers, in their order.
        sample_rows: Numbers `[m, f]`; the first three are what an export is checked with.

    Returns:
        The `Servable`; its `details` hold `features`.

    Raises:
        ValueError: If the rows do not fit the names.

    Example:

    >>> from kerasdl import models
    >>> model = models.numeric_autoencoder(2)
    >>> coders = model.get_layer("encoder"), model.get_layer("decoder")
    >>> sorted(numeric_autoencoder(model, *coders, ["x", "y"], [[0.0, 1.0]]).signatures)
    ['decode', 'encode', 'serving_default']
    """
    import keras
    import tensorflow as tf

    rows = np.asarray(sample_rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != len(features) or not len(rows):
        raise ValueError(
            f"Received sample rows of shape {rows.shape}. Expected a number for each of "
            f"{', '.join(features)} in each row."
        )
    features_spec = tf.TensorSpec([None, len(features)], tf.float32, name="features")
    latents_spec = tf.TensorSpec(decoder.inputs[0].shape, tf.float32, name="latents")

    # Each network is traced once, under all signatures, so that the artefact holds it once.
    @tf.function(input_signature=[features_spec], autograph=False)
    def encode(features: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"latents": tf.cast(encoder(features, training=False)["latents"], tf.float32)}

    @tf.function(input_signature=[latents_spec], autograph=False)
    def decode(latents: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"features": tf.cast(decoder(latents, training=False), tf.float32)}

    def serving_default(features: tf.Tensor) -> dict[str, tf.Tensor]:
        rows = decode(encode(features)["latents"])["features"]
        difference = tf.math.squared_difference(rows, features)
        return {"reconstruction": rows, "error": tf.reduce_mean(difference, axis=1)}

    def ask_encoder(inputs: Arrays) -> Arrays:
        outputs = encoder(inputs["features"], training=False)["latents"]
        return {"latents": keras.ops.convert_to_numpy(outputs)}

    def ask_decoder(inputs: Arrays) -> Arrays:
        outputs = decoder(inputs["latents"], training=False)
        return {"features": keras.ops.convert_to_numpy(outputs)}

    def reference(inputs: Arrays) -> Arrays:
        rows = ask_decoder(ask_encoder(inputs))["features"]
        return {"reconstruction": rows, "error": np.square(rows - inputs["features"]).mean(axis=1)}

    return Servable(
        kind="numeric_autoencoder",
        model=model,
        signatures={
            "serving_default": Signature(serving_default, {"features": features_spec}),
            "encode": Signature(encode, {"features": features_spec}, reference=ask_encoder),
            "decode": Signature(
                decode, {"latents": latents_spec}, request=ask_encoder, reference=ask_decoder
            ),
        },
        sample={"features": rows[np.arange(SAMPLE_SIZE) % len(rows)]},
        reference=reference,
        details={"features": list(features)},
    )
