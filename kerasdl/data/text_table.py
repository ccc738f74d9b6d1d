"""The user's own texts: a CSV or TSV file with a column of texts and one that names the class."""

import hashlib
from pathlib import Path

from kerasdl.data.class_labels import class_labels
from kerasdl.data.data_error import DataError
from kerasdl.data.labelled_text_source import LabelledTextSource
from kerasdl.data.labelled_texts import LabelledTexts
from kerasdl.data.table import Table


def read_text_table(
    path: Path, text_column: str = "text", label_column: str = "label"
) -> LabelledTextSource:
    """Reads texts and their classes from two columns.

    Args:
        path: a CSV or TSV file; its first line names the columns.
        text_column: the column with the texts.
        label_column: the column that names the class.

    Returns:
        The texts as one split, `"train"`.

    Raises:
        DataError: if the file is no such table, a column is missing, both are the same, there are
            fewer than two classes, or of one too few texts.
    """
    if text_column == label_column:
        raise DataError(f"the column {text_column!r} cannot be both the text and the label")
    table = Table.read(path)
    texts = table.text(text_column, "--text-column")
    words = table.text(label_column, "--label-column")
    class_names, labels = class_labels(words, f"column {label_column!r} of {path}")
    return LabelledTextSource(
        name=path.name,
        title=path.name,
        version=hashlib.sha256(path.read_bytes()).hexdigest()[:12],
        location=str(path),
        class_names=class_names,
        splits={"train": LabelledTexts(tuple(texts), labels)},
    )
