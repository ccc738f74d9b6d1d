"""A table of words, as it stands in a file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kerasdl.data.data_error import DataError
from kerasdl.data.paths import user_path
from kerasdl.data.text_files import read_text_file

if TYPE_CHECKING:
    import numpy as np

# More would be a damaged file, whose quote is never closed.
_LONGEST_CELL = 2**24


@dataclass(frozen=True, eq=False)
class Table:
    """The rows of a CSV or TSV file, under the names of its first line.

    Args:
        path: the file.
        columns: the names of the columns.
        rows: for each row its cells, as text without the space around it.
        lines: for each row the number of the line where it ends, for errors.

    Example:

        >>> table = Table(Path("x.csv"), ("x", "kind"), [["0.5", "a"], ["2", "b"]], [2, 3])
        >>> table.text("kind")
        ['a', 'b']
        >>> table.numbers(["x"])
        array([[0.5],
               [2. ]])
    """

    path: Path
    columns: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]

    @classmethod
    def read(cls, path: str | Path) -> Table:
        """Reads a file in UTF-8 whose first line names its columns.

        Columns are separated by tabs, semicolons or commas, whichever the first line has, in
        that order. Quotes are those of a spreadsheet.

        Raises:
            DataError: if the file cannot be read, or is not such a table.
        """
        path = user_path(path)
        rows, lines = read_rows(path)
        columns = tuple(rows.pop(0)) if rows else ()
        for row, line in zip(rows, lines[1:], strict=True):
            if len(row) != len(columns):
                raise DataError(
                    f"{path}, line {line}: {len(row)} cells, but the first line names "
                    f"{len(columns)} columns ({', '.join(columns)})"
                )
        if not rows:
            raise DataError(
                f"{path} holds no rows; expected names of columns in the first line and an "
                "example in each of the others"
            )
        twice = [name for name in columns if columns.count(name) > 1]
        if twice:
            raise DataError(f"{path} names the column {twice[0]!r} twice")
        return cls(path, columns, rows, lines[1:])

    def text(self, column: str, option: str = "") -> list[str]:
        """Returns the cells of a column.

        Args:
            column: its name.
            option: the option that names another, for the error: `"--label-column"`.

        Raises:
            DataError: if there is no such column.
        """
        index = self._index(column, option)
        return [row[index] for row in self.rows]

    def numbers(self, columns: Sequence[str], option: str = "") -> np.ndarray:
        """Returns columns as numbers, float64 `[rows, columns]`.

        Args:
            columns: their names.
            option: the option that names others, for the error.

        Raises:
            DataError: if there is no such column, or a cell is not a finite number.
        """
        import numpy as np

        indices = [self._index(column, option) for column in columns]
        values = np.empty((len(self.rows), len(indices)))
        for position, (row, line) in enumerate(zip(self.rows, self.lines, strict=True)):
            for place, index in enumerate(indices):
                values[position, place] = number(
                    row[index], f"{self.path}, line {line}: column {self.columns[index]!r}"
                )
        return values

    def _index(self, column: str, option: str) -> int:
        if column not in self.columns:
            hint = f" ({option} names another)" if option else ""
            raise DataError(
                f"{self.path} has no column {column!r}{hint}; its first line names "
                f"{', '.join(map(repr, self.columns))}"
            )
        return self.columns.index(column)


def read_rows(path: Path, marks: str = "\t;,") -> tuple[list[list[str]], list[int]]:
    """Returns the rows of a file that are not empty, and for each the number of its last line.

    Args:
        path: a file in UTF-8, with the quotes of a spreadsheet.
        marks: what may separate cells; whichever the first line has, in this order.

    Returns:
        The cells of each row, without the space around them, and the numbers.

    Raises:
        DataError: if the file cannot be read, or a quote is not closed.
    """
    text = read_text_file(path)
    first = text.lstrip("\n").partition("\n")[0]
    delimiter = next((mark for mark in marks if mark in first), marks[-1])
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: {error}") from None
    return rows, lines


def number(text: str, place: str) -> float:
    """Returns a finite number.

    Args:
        text: what was written.
        place: where it was found, for errors.

    Raises:
        DataError: if it is none.

    >>> number("1e3", "here")
    1000.0
    """
    try:
        value = float(text)
    except ValueError:
        found = repr(text) if text else "nothing"
        raise DataError(f"{place} holds {found}; expected a number") from None
    if not math.isfinite(value):
        raise DataError(f"{place} holds {text!r}; expected a finite number")
    return value


def table_text(columns: Sequence[str], rows: np.ndarray) -> str:
    """Returns numbers as the text of a CSV file that `Table.read` reads.

    Args:
        columns: the names of the columns.
        rows: numbers `[rows, columns]`.

    >>> import numpy as np
    >>> table_text(["x", "y"], np.array([[1.5, 2.0]]))
    'x,y\\n1.5,2.0\\n'
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows.tolist())
    return written.getvalue()
