"""Predictions of an image classifier."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasdl.export.read_images import read_images
from kerasdl.export.served_model import ServedModel
from kerasdl.prediction.prediction import Prediction
from kerasdl.prediction.predictor import Predictor, Row


class ImageClassifierPredictor(Predictor):
    """Predicts the classes of images.

    Args:
        model: An image classifier: `kerasdl.export.image_classifier`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "image_classifier"
    expects = "image files (PNG, JPEG, ...) or .npy files with one image or many"

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.labels = model.labels
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
                rows.append(
                    {
                        "input": name,
                        "label": prediction.label,
                        "probability": round(prediction.probability, 6),
                        "probabilities": {
                            label: round(probability, 6)
                            for label, probability in zip(
                                self.labels, prediction.probabilities, strict=True
                            )
                        },
                        "notes": list(read.notes),
                    }
                )
        return rows

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each image: its name, its label, the label's probability."""
        width = max(len(row["input"]) for row in rows)
        labels = max(len(row["label"]) for row in rows)
        return "\n".join(
            f"{row['input']:<{width}}  {row['label']:<{labels}}  {row['probability']:.4f}"
            for row in rows
        )

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
            batch = {"image": images[start : start + batch_size]}
            outputs = self.model.ask("serving_default", batch)
            predictions += map(self._prediction, outputs["class"], outputs["probabilities"])
        return predictions

    def _prediction(self, class_index: np.integer, probabilities: np.ndarray) -> Prediction:
        index = int(class_index)
        values = tuple(float(probability) for probability in probabilities)
        return Prediction(self.labels[index], index, values[index], values)
