"""What the predictors of all classifiers have in common."""

from collections.abc import Iterable, Sequence

import numpy as np

from kerasdl.exporting.served_model import ServedModel
from kerasdl.exporting.signature import Arrays
from kerasdl.prediction.prediction import Prediction
from kerasdl.prediction.predictor import Predictor, Row


class ClassifierPredictor(Predictor):
    """Predicts classes: a row is an input, its label, and the probabilities of all labels.

    Args:
        model: A classifier: it answers with `probabilities` and `class`, and has labels.

    Raises:
        InputError: if the model is of another kind.
    """

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.labels = model.labels

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each row: its name, its label, the label's probability."""
        width = max(len(row["input"]) for row in rows)
        labels = max(len(row["label"]) for row in rows)
        return "\n".join(
            f"{row['input']:<{width}}  {row['label']:<{labels}}  {row['probability']:.4f}"
            for row in rows
        )

    def row(self, name: str, prediction: Prediction, notes: Iterable[str] = ()) -> Row:
        """Returns what is said of one example."""
        probabilities = zip(self.labels, prediction.probabilities, strict=True)
        return {
            "input": name,
            "label": prediction.label,
            "probability": round(prediction.probability, 6),
            "probabilities": {label: round(value, 6) for label, value in probabilities},
            "notes": list(notes),
        }

    def ask(self, inputs: Arrays, batch_size: int = 256) -> list[Prediction]:
        """Asks the model, so many examples at once.

        Args:
            inputs: Inputs of `serving_default`, any number of examples.
            batch_size: So many are computed at once.
        """
        predictions: list[Prediction] = []
        for start in range(0, len(next(iter(inputs.values()))), batch_size):
            batch = {name: values[start : start + batch_size] for name, values in inputs.items()}
            outputs = self.model.ask("serving_default", batch)
            predictions += map(self._prediction, outputs["class"], outputs["probabilities"])
        return predictions

    def _prediction(self, class_index: np.integer, probabilities: np.ndarray) -> Prediction:
        index = int(class_index)
        values = tuple(float(probability) for probability in probabilities)
        return Prediction(self.labels[index], index, values[index], values)
