"""A classifier of images as a `Servable`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.class_probabilities import (
    answer,
    check_labels,
    class_of,
    classify_response,
    reference_answer,
    require_logits,
)
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def image_classifier(
    model: "keras.Model",
    class_names: Sequence[str],
    sample_images: np.ndarray | Sequence[np.ndarray],
) -> Servable:
    """Describes an image classifier for export and prediction.

    Its signatures:

    - `serving_default`: `image`, uint8 `[n, height, width, channels]` ->
      `probabilities` float32 `[n, k]`, `class` int64 `[n]`, `label` string `[n]`.
    - `serve_bytes`: `image_bytes`, string `[n]`, images encoded as PNG, JPEG, GIF or BMP
      of any size -> the same.
    - `classify`: `inputs`, string `[n]`, serialized `tf.train.Example`s with an encoded
      image as feature `image` -> `classes` string `[n, k]`, `scores` float32
      `[n, k]`, the contract of TensorFlow Serving's Classify method.

    Args:
        model: Has one uint8 input named `image`, of known height and width and 1 or 3
            channels, and returns logits `[n, k]`. Its preprocessing (rescaling,
            normalising) is part of it.
        class_names: The k labels, in the order of the logits.
        sample_images: uint8 `[m, height, width, channels]`; the first three are
            what an export is checked with.

    Returns:
        The `Servable`.

    Raises:
        ValueError: If the model, the labels or the images do not fit this.

    Example:

    >>> import keras, numpy as np
    >>> image = keras.Input((8, 8, 1), dtype="uint8", name="image")
    >>> x = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(image))
    >>> model = keras.Model(image, keras.layers.Dense(2)(x))
    >>> servable = image_classifier(model, ["cat", "dog"], np.zeros((3, 8, 8, 1), "uint8"))
    >>> sorted(servable.signatures)
    ['classify', 'serve_bytes', 'serving_default']
    """
    import keras
    import tensorflow as tf

    from kerasdl.exporting.encoded_images import decode_images, encode_examples, encode_png

    image_shape = _image_shape(model)
    labels = check_labels(class_names)
    require_logits(model, len(labels))
    sample = _sample(sample_images, image_shape)

    def logits(images: Any) -> Any:
        return model(keras.tree.pack_sequence_as(model.input, [images]), training=False)

    images_spec = tf.TensorSpec([None, *image_shape], tf.uint8, name="image")
    strings_spec = tf.TensorSpec([None], tf.string)

    # One traced function under all signatures, so that the artefact holds the model once.
    @tf.function(input_signature=[images_spec], autograph=False)
    def serving_default(image: tf.Tensor) -> dict[str, tf.Tensor]:
        return answer(logits(image), labels)

    def serve_bytes(image_bytes: tf.Tensor) -> dict[str, tf.Tensor]:
        return serving_default(decode_images(image_bytes, image_shape))

    def classify(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        feature = tf.io.FixedLenFeature([], tf.string)
        encoded = tf.io.parse_example(inputs, {"image": feature})["image"]
        scores = serve_bytes(encoded)["probabilities"]
        return {"classes": tf.tile([labels], [tf.shape(scores)[0], 1]), "scores": scores}

    def reference(inputs: Arrays) -> Arrays:
        return reference_answer(logits(inputs["image"]))

    return Servable(
        kind="image_classifier",
        model=model,
        signatures={
            "serving_default": Signature(serving_default, {"image": images_spec}),
            "serve_bytes": Signature(
                serve_bytes,
                {"image_bytes": strings_spec},
                request=lambda inputs: {"image_bytes": encode_png(inputs["image"])},
            ),
            "classify": Signature(
                classify,
                {"inputs": strings_spec},
                request=lambda inputs: {"inputs": encode_examples(encode_png(inputs["image"]))},
                response=classify_response(labels),
            ),
        },
        labels=labels,
        sample={"image": sample},
        reference=reference,
        derive=class_of(labels),
    )


def _image_shape(model: "keras.Model") -> tuple[int, int, int]:
    inputs = getattr(model, "inputs", None) or []
    found = [(x.name, x.dtype, tuple(x.shape)) for x in inputs]
    if len(found) == 1:
        name, dtype, shape = found[0]
        sized = len(shape) == 4 and None not in shape[1:3] and shape[3] in (1, 3)
        if name == "image" and dtype == "uint8" and sized and shape[0] is None:
            return shape[1:]
    raise ValueError(
        f"Received a model with inputs {found}. Expected one uint8 input named 'image' of shape "
        "(None, height, width, 1 or 3): keras.Input((height, width, channels), dtype='uint8', "
        "name='image'), with the rescaling inside the model."
    )


def _sample(
    images: np.ndarray | Sequence[np.ndarray], image_shape: tuple[int, int, int]
) -> np.ndarray:
    images = np.asarray(images)
    if images.dtype != np.uint8 or images.shape[1:] != image_shape or not len(images):
        raise ValueError(
            f"Received sample images of dtype {images.dtype} and shape {images.shape}. Expected "
            f"uint8 images of shape {(SAMPLE_SIZE, *image_shape)}."
        )
    return images[np.arange(SAMPLE_SIZE) % len(images)]
