"""Predictions of a classifier of rows of numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.data.data_error import DataError
from kerasdl.data.table import Table, number
from kerasdl.export.input_error import InputError
from kerasdl.export.served_model import ServedModel
from kerasdl.prediction.classifier import ClassifierPredictor
from kerasdl.prediction.predictor import Row


class NumericClassifierPredictor(ClassifierPredictor):
    """Predicts the classes of rows of numbers.

    Args:
        model: A classifier of numbers: `kerasdl.export.numeric_classifier`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "numeric_classifier"
    expects = 'numbers such as "0.3,0.5", or CSV or TSV files whose first line names the columns'

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.features = tuple(model.details["features"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, label, probability and all probabilities for each row of numbers."""
        self.check_options(options)
        rows: list[Row] = []
        for given in inputs:
            names, values = self._read(given)
            predictions = self.ask({"features": values.astype(np.float32)})
            rows += map(self.row, names, predictions)
        return rows

    def _read(self, given: str) -> tuple[list[str], np.ndarray]:
        path = Path(given).expanduser()
        try:
            if path.is_file():
                table = Table.read(path)
                names = [f"{path.name}[{row}]" for row in range(len(table.rows))]
                return names, table.numbers(self.features)
            given = given.strip()
            cells = given.split(",")
            if len(cells) == 1 and not _is_number(given):
                raise InputError(
                    f"{given!r} is neither a file nor numbers; expected a CSV or TSV file, or "
                    f"{self._example()}"
                )
            if len(cells) != len(self.features):
                raise InputError(
                    f"{given!r} holds {len(cells)} numbers; expected {len(self.features)}: "
                    f"{self._example()}"
                )
            named = zip(cells, self.features, strict=True)
            return [given], np.array([[number(cell.strip(), f"{n!r}") for cell, n in named]])
        except DataError as error:
            raise InputError(str(error)) from error

    def _example(self) -> str:
        return ",".join(self.features)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
