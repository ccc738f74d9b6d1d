"""Predictions of a classifier of rows of numbers."""

from collections.abc import Sequence
from typing import Any

from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.classifier import ClassifierPredictor
from kerasdl.prediction.numeric_rows import EXPECTED, read_rows
from kerasdl.prediction.predictor import Row


class NumericClassifierPredictor(ClassifierPredictor):
    """Predicts the classes of rows of numbers.

    Args:
        model: A classifier of numbers: `kerasdl.exporting.numeric_classifier`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "numeric_classifier"
    expects = EXPECTED

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.features = tuple(model.details["features"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, label, probability and all probabilities for each row of numbers."""
        self.check_options(options)
        rows: list[Row] = []
        for given in inputs:
            names, values = read_rows(given, self.features)
            predictions = self.ask({"features": values})
            rows += map(self.row, names, predictions)
        return rows
