"""The user's own numbers: a CSV or TSV file with a column that names the class."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.data.array_data import ArrayData
from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.table import Table, table_text

if TYPE_CHECKING:
    import numpy as np

SAMPLE_FILE = "samples.csv"


def load_numeric_table(
    path: str | Path,
    label_column: str = "label",
    columns: Sequence[str] = (),
    seed: int = 0,
) -> ArrayData:
    """Returns the rows of a file, split three ways with every class in each part.

    Args:
        path: a CSV or TSV file; its first line names the columns.
        label_column: the column that names the class.
        columns: the columns with the numbers; by default all others.
        seed: decides which rows are for validation; those for the test are fixed.

    Returns:
        Inputs float32 `[rows, columns]`, labels int64.

    Raises:
        DataError: if the file is no such table, a column is missing, a cell is no
            finite number, there are fewer than two classes, or of one too few rows.
    """
    import numpy as np

    from kerasdl.data.class_labels import class_labels
    from kerasdl.data.splitting import stratified_split

    table = Table.read(path)
    words = table.text(label_column, "--label-column")
    features = tuple(columns) or tuple(name for name in table.columns if name != label_column)
    if not features:
        raise DataError(f"{path} has the column {label_column!r} alone; expected numbers beside it")
    if "" in features:
        raise DataError(
            f"{path} has a column without a name, which may be no more than the number of the row; "
            "name it, or choose with --columns"
        )
    if label_column in features:
        raise DataError(
            f"the column {label_column!r} cannot be both the label and one of --columns"
        )
    numbers = table.numbers(features, "--columns")
    if np.abs(numbers).max() > np.finfo(np.float32).max:
        raise DataError(f"{path} holds {np.abs(numbers).max():g}, which float32 cannot hold")
    class_names, labels = class_labels(words, f"column {label_column!r} of {path}")
    parts: dict[str, Any] = {
        split: (numbers[chosen].astype(np.float32), labels[chosen])
        for split, chosen in stratified_split(labels, seed).items()
    }
    info = DataInfo(
        name=table.path.name,
        requested=str(path),
        reason=f"{table.path.name}: {len(features)} columns of numbers, "
        f"{len(class_names)} classes in column {label_column!r}.",
        location=str(table.path),
        version=hashlib.sha256(table.path.read_bytes()).hexdigest()[:12],
        counts={split: len(targets) for split, (_, targets) in parts.items()},
        class_names=class_names,
        details={"features": list(features)},
    )
    return ArrayData(info, **parts, samples=sample_file(features, parts["test"][0]))


def sample_file(features: Sequence[str], rows: np.ndarray) -> dict[str, str]:
    """Returns the first three rows as a file to try `kerasdl predict` with."""
    return {SAMPLE_FILE: table_text(features, rows[:3])}
