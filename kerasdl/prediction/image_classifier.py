"""Predictions of an image classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasdl.exporting.read_images import read_images
from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.classifier import ClassifierPredictor
from kerasdl.prediction.prediction import Prediction
from kerasdl.prediction.predictor import Row


class ImageClassifierPredictor(ClassifierPredictor):
    """Predicts the classes of images.

    Args:
        model: An image classifier: `kerasdl.exporting.image_classifier`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "image_classifier"
    expects = "image files (PNG, JPEG, ...) or .npy files with one image or many"

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        _, *image_shape = model.inputs["serving_default"]["image"]
        height, width, channels = (int(size or 0) for size in image_shape)
        self.image_shape = (height, width, channels)

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, label, probability and all probabilities for each image."""
        self.check_options(options)
        rows = []
        for path in inputs:
            read = read_images(path, self.image_shape)
            for name, prediction in zip(read.names, self.predict(read.images), strict=True):
                rows.append(self.row(name, prediction, read.notes))
        return rows

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
        return self.ask({"image": images}, batch_size)
