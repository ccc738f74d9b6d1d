"""Rows of numbers, as a person writes them."""

from collections.abc import Sequence

import numpy as np

from kerasdl.data.data_error import DataError
from kerasdl.data.table import Table, number
from kerasdl.exporting.input_error import InputError
from kerasdl.prediction.given_files import named_file

EXPECTED = 'numbers such as "0.3,0.5", or CSV or TSV files whose first line names the columns'


def read_rows(given: str, features: Sequence[str]) -> tuple[list[str], np.ndarray]:
    """Returns the rows of a table, or the one row that was written out.

    Args:
        given: the path of a CSV or TSV file whose first line names its columns, or as many
            numbers as there are features, with commas between them.
        features: the names of the columns to read; a table may have others.

    Returns:
        A name for each row, and float32 `[rows, features]`.

    Raises:
        InputError: if it is neither, or a number is missing or not finite.
    """
    path = named_file(given)
    try:
        if path is not None:
            table = Table.read(path)
            names = [f"{path.name}[{row}]" for row in range(len(table.rows))]
            return names, table.numbers(features).astype(np.float32)
        return [given.strip()], _written_out(given.strip(), features)
    except DataError as error:
        raise InputError(str(error)) from error


def _written_out(given: str, features: Sequence[str]) -> np.ndarray:
    cells, example = given.split(","), ",".join(features)
    if len(cells) == 1 and not _is_number(given):
        raise InputError(
            f"{given!r} is neither a file nor numbers; expected a CSV or TSV file, or {example}"
        )
    if len(cells) != len(features):
        raise InputError(
            f"{given!r} holds {len(cells)} numbers; expected {len(features)}: {example}"
        )
    named = zip(cells, features, strict=True)
    return np.array([[number(cell.strip(), repr(name)) for cell, name in named]], np.float32)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
