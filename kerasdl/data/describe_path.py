"""What lies in a file or folder of the user's own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from kerasdl.data.class_files import (
    IMAGE_SUFFIXES,
    ClassFile,
    check_classes,
    find_class_files,
    is_image,
)
from kerasdl.data.data_error import DataError
from kerasdl.data.paths import user_path, visible_files, visible_paths
from kerasdl.data.table import Table
from kerasdl.data.text_files import load_text_files, read_lines, read_text_file

_TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_LABEL = "label"


def describe_path(path: str | Path) -> dict[str, Any]:
    """Looks into a table, a folder of images or texts, or a text.

    How a recipe will divide it is not said, for each does it in its own way; but a folder may be
    split already.

    Args:
        path: a CSV or TSV file; a folder of images or of `.txt` files by class; a folder with
            files like `train.en` and `train.de`; any other file or folder, which is taken for
            one long text.

    Returns:
        A dictionary that `json` can write: `"name"`, `"kind"`, and what there is to say of this
        kind: `"examples"` and `"per_class"`, within `"splits"` where the folder is split;
        `"columns"` and `"rows"`, and the classes where a column is named `label`; `"lines"` of
        each file of parallel text; `"characters"`.

    Raises:
        DataError: if it cannot be used, as the recipes say it.
    """
    path = user_path(path)
    return {"name": path.resolve().name} | (_folder(path) if path.is_dir() else _file(path))


def _file(path: Path) -> dict[str, Any]:
    if not path.name.lower().endswith(_TABLES):
        return _text(path)
    from kerasdl.data.class_labels import class_labels

    table = Table.read(path)
    found = {"kind": "table", "columns": list(table.columns), "rows": len(table.rows)}
    if _LABEL not in table.columns:
        return found
    words = table.text(_LABEL)
    class_labels(words, f"column {_LABEL!r} of {path}")
    return found | {"per_class": _per_class(words)}


def _folder(path: Path) -> dict[str, Any]:
    if any(map(is_image, visible_files(path))):
        return _images(path)
    lines = _parallel_files(path)
    if lines:
        return {"kind": "parallel text, a line for each line", "lines": lines}
    try:
        files, _ = find_class_files(path, (".txt",), "text")
    except DataError:  # one text, in whatever folders
        return _text(path)
    characters = sum(len(read_text_file(file.path)) for file in files)
    kind = "texts, a folder for each class"
    return {"kind": kind, "characters": characters} | _by_class(files)


def _images(path: Path) -> dict[str, Any]:
    from kerasdl.exporting.input_error import InputError
    from kerasdl.exporting.read_images import image_size

    files, _ = find_class_files(path, IMAGE_SUFFIXES, "image")
    good, sizes, bad = [], [], []
    for file in files:
        try:
            sizes.append(image_size(file.path))
            good.append(file)
        except InputError as error:
            bad.append(str(error))
    check_classes(path, good, "readable images")
    smallest, largest = (
        "x".join(map(str, map(choose, zip(*sizes, strict=True)))) for choose in (min, max)
    )
    span = smallest if smallest == largest else f"{smallest} to {largest}"
    found = {"kind": "images, a folder for each class", "sizes": f"{span} (height x width)"}
    if bad:
        found["unreadable"] = f"{len(bad)} of {len(files)} images: {bad[0]}"
    return found | _by_class(good)


def _text(path: Path) -> dict[str, Any]:
    source = load_text_files(path)
    text = "".join(source.splits.values())
    return {
        "kind": "text",
        "read": source.title,
        "characters": len(text),
        "alphabet": len(set(text)),
    }


def _parallel_files(folder: Path) -> dict[str, int]:
    """The lines of `train.en`, `train.de` and their like; nothing where there are no two."""
    files = {
        file.name.removesuffix(".gz"): file for file in visible_paths(folder) if file.is_file()
    }
    endings = tuple(name.removeprefix("train") for name in files if name.startswith("train."))
    if len(endings) < 2:
        return {}
    return {name: len(read_lines(file)) for name, file in files.items() if name.endswith(endings)}


def _by_class(files: list[ClassFile]) -> dict[str, Any]:
    splits = {
        split: _counts([file.class_name for file in files if file.split == split])
        for split in ("train", "validation", "test")
    }
    splits = {split: counts for split, counts in splits.items() if counts["examples"]}
    return {"splits": splits} if len(splits) > 1 else splits["train"]


def _counts(words: list[str]) -> dict[str, Any]:
    return {"examples": len(words), "per_class": _per_class(words)}


def _per_class(words: list[str]) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))
