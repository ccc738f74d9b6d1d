"""Reconstructions of rows of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.numeric_rows import EXPECTED, read_rows
from kerasdl.prediction.predictor import Predictor, Row


class NumericAutoencoderPredictor(Predictor):
    """Reconstructs rows of numbers, and says how far they are from what it knows.

    Args:
        model: An autoencoder of numbers: `kerasdl.exporting.numeric_autoencoder`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "numeric_autoencoder"
    expects = EXPECTED

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.features = tuple(model.details["features"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, reconstruction and mean squared error of each row of numbers.

        Raises:
            InputError: if an input is neither numbers nor a table of them.
        """
        self.check_options(options)
        rows = []
        for given in inputs:
            _, values = read_rows(given, self.features)
            answers = self.model.ask("serving_default", {"features": values})
            for value, rebuilt, error in zip(
                values, answers["reconstruction"], answers["error"], strict=True
            ):
                rows.append(
                    {
                        "input": self._named(value),
                        "reconstruction": self._named(rebuilt),
                        "error": round(float(error), 6),
                    }
                )
        return rows

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each row: its numbers, their reconstruction, its error."""
        return "\n".join(
            f"{_line(row['input'])} -> {_line(row['reconstruction'])}  error {row['error']:.6f}"
            for row in rows
        )

    def _named(self, values: np.ndarray) -> dict[str, float]:
        named = zip(self.features, values, strict=True)
        return {name: round(float(value), 6) for name, value in named}


def _line(row: dict[str, float]) -> str:
    return ",".join(f"{value:.4f}" for value in row.values())
