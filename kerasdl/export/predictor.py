"""Predictions from a Keras model or from an exported one."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kerasdl.export.input_error import InputError
from kerasdl.export.prediction import Prediction
from kerasdl.export.servable import Servable
from kerasdl.export.signature import Arrays
from kerasdl.export.versions import find_saved_model

SIGNATURE_FILE = Path("assets.extra", "signature.json")


class Predictor:
    """Predicts the classes of images, wherever the model comes from.

    Made by `from_servable` or `from_saved_model`.

    Args:
        answer: From inputs of `serving_default` to its outputs.
        labels: The names of the classes.
        image_shape: `(height, width, channels)` of the images.
    """

    def __init__(
        self,
        answer: Callable[[Arrays], Arrays],
        labels: tuple[str, ...],
        image_shape: tuple[int, int, int],
    ) -> None:
        self.answer = answer
        self.labels = labels
        self.image_shape = image_shape

    @classmethod
    def from_servable(cls, servable: Servable) -> "Predictor":
        """Predicts with the Keras model of a `Servable`."""
        return cls(servable.answer, servable.labels, servable.sample["image"].shape[1:])

    @classmethod
    def from_saved_model(cls, path: str | Path) -> "Predictor":
        """Predicts with an exported image classifier, without Keras.

        Args:
            path: A version folder, or a model's folder: its highest version.

        Raises:
            InputError: If there is no image classifier that kerasdl has exported.
        """
        folder = find_saved_model(Path(path))
        labels, image_shape = _read_signature(folder)
        import tensorflow as tf

        try:
            loaded = tf.saved_model.load(str(folder))
            loaded.signatures["serving_default"]  # KeyError without it
        except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
            raise InputError(f"{folder} cannot be loaded: {_first_line(error)}") from error

        def answer(inputs: Arrays) -> Arrays:
            # Through `loaded`, which keeps the variables alive: a signature alone does not.
            serving_default = loaded.signatures["serving_default"]
            outputs = serving_default(**{name: tf.constant(v) for name, v in inputs.items()})
            return {name: value.numpy() for name, value in outputs.items()}

        return cls(answer, labels, image_shape)

    def predict(self, images: np.ndarray, *, batch_size: int = 256) -> list[Prediction]:
        """Predicts the class of each image.

        Args:
            images: uint8 `[n, height, width, channels]`.
            batch_size: So many are computed at once.

        Raises:
            ValueError: If the images are not of that dtype and shape.
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[1:] != self.image_shape:
            raise ValueError(
                f"Received images of dtype {images.dtype} and shape {images.shape}. Expected "
                f"uint8 (n, {', '.join(map(str, self.image_shape))}); read_images makes them so."
            )
        predictions: list[Prediction] = []
        for start in range(0, len(images), batch_size):
            outputs = self.answer({"image": images[start : start + batch_size]})
            predictions += map(self._prediction, outputs["class"], outputs["probabilities"])
        return predictions

    def _prediction(self, class_index: np.integer, probabilities: np.ndarray) -> Prediction:
        index = int(class_index)
        values = tuple(float(probability) for probability in probabilities)
        return Prediction(self.labels[index], index, values[index], values)


def _read_signature(folder: Path) -> tuple[tuple[str, ...], tuple[int, int, int]]:
    path = folder / SIGNATURE_FILE
    if not path.is_file():
        raise InputError(
            f"{folder} is a SavedModel, but not one that kerasdl exported: "
            f"it has no {SIGNATURE_FILE}"
        )
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        kind, labels = description["kind"], tuple(description["labels"])
        inputs = description["signatures"]["serving_default"]["inputs"]
        image_shape = tuple(inputs["image"]["shape"][1:]) if kind == "image_classifier" else ()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {_first_line(error)}") from error
    if kind != "image_classifier":
        raise InputError(f"{folder} is a {kind!r}; expected an 'image_classifier'")
    return labels, image_shape


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
