"""What lies in a file or folder of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.data.class_files import is_image
from kerasdl.data.table import Table

if TYPE_CHECKING:
    import numpy as np

_TABLES = (".csv", ".tsv")
_LABEL = "label"


def describe_path(path: str | Path) -> dict[str, Any]:
    """Looks into a table, a folder of images, or a text, as recipes would divide it.

    Args:
        path: a CSV or TSV file; a folder with images in it; any other file or folder, which
            is taken for text.

    Returns:
        A dictionary that `json` can write: `"name"`, `"kind"`, `"class_names"` where there are
        classes, and `"splits"`: for each split `"examples"` and `"per_class"`, or
        `"characters"`. Of a table `"columns"` and `"rows"` besides; it is split where a column
        is named `label`.

    Raises:
        DataError: if it cannot be used, as the recipes say it.
    """
    path = Path(path).expanduser()
    if path.suffix.lower() in _TABLES:
        return {"name": path.name} | _table(path)
    if path.is_dir() and any(map(is_image, path.rglob("*"))):
        return {"name": path.name} | _images(path)
    return {"name": path.name} | _text(path)


def _table(path: Path) -> dict[str, Any]:
    from kerasdl.data.class_labels import class_labels
    from kerasdl.data.splitting import stratified_split

    table = Table.read(path)
    found: dict[str, Any] = {
        "kind": "table",
        "columns": list(table.columns),
        "rows": len(table.rows),
    }
    if _LABEL not in table.columns:
        return found
    names, labels = class_labels(table.text(_LABEL), f"column {_LABEL!r} of {path}")
    parts = stratified_split(labels, seed=0)
    splits = {split: _counts(labels[chosen], names) for split, chosen in parts.items()}
    return found | {"class_names": list(names), "splits": splits}


def _images(path: Path) -> dict[str, Any]:
    from kerasdl.data.load_images import load_images

    data = load_images(str(path))
    names = data.info.class_names
    parts = {"train": data.train, "validation": data.validation, "test": data.test}
    return {
        "kind": "images, a folder for each class",
        "read": data.info.reason,
        "class_names": list(names),
        "splits": {split: _counts(part.labels, names) for split, part in parts.items()},
    }


def _text(path: Path) -> dict[str, Any]:
    from kerasdl.data.text_files import load_text_files

    source = load_text_files(path)
    return {
        "kind": "text",
        "read": source.title,
        "alphabet": len(set("".join(source.splits.values()))),
        "splits": {split: {"characters": len(text)} for split, text in source.splits.items()},
    }


def _counts(labels: np.ndarray, class_names: tuple[str, ...]) -> dict[str, Any]:
    per_class = {name: int((labels == label).sum()) for label, name in enumerate(class_names)}
    return {"examples": len(labels), "per_class": per_class}
