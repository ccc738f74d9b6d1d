"""What is told of sequences of numbers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.data.data_error import DataError
from kerasdl.data.table import Table
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.given_files import named_file
from kerasdl.prediction.predictor import Predictor, Row


class SequenceRegressorPredictor(Predictor):
    """Reads sequences of numbers, each from a table of its own.

    Args:
        model: A model of sequences: `kerasdl.exporting.sequence_regressor`.

    Raises:
        InputError: if the model is of another kind.
    """

    kind = "sequence_regressor"
    expects = "CSV or TSV files, each a sequence: names of columns, then a row for each step"

    def __init__(self, model: ServedModel) -> None:
        super().__init__(model)
        self.features = tuple(model.details["features"])

    def rows(self, inputs: Sequence[str], **options: Any) -> list[Row]:
        """Returns input, number of steps and outputs for each sequence.

        Raises:
            InputError: if an input is no file of such numbers.
        """
        self.check_options(options)
        rows: list[Row] = []
        for given in inputs:
            sequence = self._read(given)
            answers = self.model.ask("serving_default", {"sequence": sequence[np.newaxis]})
            outputs = {name: round(answers[name].item(), 6) for name in sorted(answers)}
            rows.append({"input": given, "steps": len(sequence), "outputs": outputs})
        return rows

    def text(self, rows: Sequence[Row]) -> str:
        """Returns a line for each sequence: its file, and what each output says."""
        width = max(len(Path(row["input"]).name) for row in rows)
        return "\n".join(
            "  ".join(
                [
                    f"{Path(row['input']).name:<{width}}",
                    *(f"{name} {value:.4f}" for name, value in row["outputs"].items()),
                ]
            )
            for row in rows
        )

    def _read(self, given: str) -> np.ndarray:
        path = named_file(given)
        if path is None:
            raise InputError(
                f"{given!r} is no file; expected a CSV or TSV file with the columns "
                f"{', '.join(self.features)}, and a row for each step"
            )
        try:
            return Table.read(path).numbers(self.features).astype(np.float32)
        except DataError as error:
            raise InputError(str(error)) from error
