"""Parallel text of the user's own: two files, line by line, or two columns of a table."""

from __future__ import annotations

import zlib
from pathlib import Path

from kerasdl.data.data_error import DataError
from kerasdl.data.paths import visible_paths
from kerasdl.data.table import read_rows
from kerasdl.data.text_files import read_lines
from kerasdl.data.text_pairs import TextPairs

_STEMS = {
    "train": ("train",),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test",),
}


def read_parallel_text(
    path: Path, source: str | None = None, target: str | None = None
) -> tuple[dict[str, TextPairs], list[str]]:
    """Reads pairs of texts from a folder of plain files or from a table.

    Args:
        path: a folder with `train.SOURCE` and `train.TARGET`, where line n of one is the
            translation of line n of the other, and if there are such, `val.*` (or `dev.*`,
            `valid.*`, `validation.*`) and `test*.*`; or a `.tsv` file, whose quotes are quotation
            marks, or a `.csv` file, with commas or semicolons and the quotes of a
            spreadsheet. A file may be compressed: `train.en.gz`.
        source: the ending of the folder's source files; or a column of the table: its name
            in the first line, or its number, from 1, where there is no such line.
        target: the same for the targets.

    Returns:
        The pairs of each split that there is, and sentences about what was left out.

    Raises:
        DataError: if a file or column is missing, cannot be read as UTF-8, or the
            numbers of lines differ.
    """
    if path.is_dir():
        splits, notes = _read_folder(path, source, target)
    else:
        splits, notes = {"train": _read_table(path, source, target)}, []
    kept, empty = {}, 0
    for split, pairs in splits.items():
        full = [n for n in range(len(pairs)) if pairs.sources[n] and pairs.targets[n]]
        empty += len(pairs) - len(full)
        if not full:
            raise DataError(f"{path} has no pair of texts for {split}: one side is always empty")
        kept[split] = pairs.take(full)
    if empty:
        notes.append(f"{empty:,} pairs with an empty side were left out.")
    return kept, notes


def fingerprint(splits: dict[str, TextPairs]) -> str:
    """Returns a checksum of all texts, which tells one set from another.

    >>> fingerprint({"train": TextPairs(("a",), ("b",))})
    'crc32 f515465f'
    """
    value = 0
    for pairs in splits.values():
        for texts in (pairs.sources, pairs.targets):
            value = zlib.crc32("\n".join(texts).encode("utf-8", "surrogatepass") + b"\0", value)
    return f"crc32 {value:08x}"


def _read_folder(
    folder: Path, source: str | None, target: str | None
) -> tuple[dict[str, TextPairs], list[str]]:
    files = {
        file.name.removesuffix(".gz"): file for file in visible_paths(folder) if file.is_file()
    }
    endings = [name.removeprefix("train.") for name in files if name.startswith("train.")]
    if source is None or target is None:
        found = f"found train.{', train.'.join(endings)}" if endings else "found no train.*"
        raise DataError(
            f"which files of {folder} are source and target? Say --source ENDING --target ENDING "
            f"for train.ENDING; {found}"
        )
    for ending in (source, target):
        if ending not in endings:
            found = ", ".join(files) or "no files"
            raise DataError(f"{folder} has no file train.{ending}; found {found}")
    splits, notes = {}, []
    for split, stems in _STEMS.items():
        both = [
            name.removesuffix(f".{source}")
            for name in files
            if name.endswith(f".{source}")
            and name.removesuffix(f".{source}") + f".{target}" in files
        ]
        matches = [name for name in both if name in stems] or [
            name for name in both if name.startswith(stems) and split != "train"
        ]
        if matches:
            first, *others = matches
            splits[split] = _pair(files[f"{first}.{source}"], files[f"{first}.{target}"])
            notes += [f"{first} is the {split} split, not {', '.join(others)}."] if others else []
    return splits, notes


def _pair(source: Path, target: Path) -> TextPairs:
    sources, targets = ([line.strip() for line in read_lines(file)] for file in (source, target))
    if len(sources) != len(targets):
        raise DataError(
            f"{source} has {len(sources):,} lines and {target} has {len(targets):,}; expected a "
            "line in one for each line of the other"
        )
    return TextPairs(tuple(sources), tuple(targets))


def _read_table(path: Path, source: str | None, target: str | None) -> TextPairs:
    columns = [source or "source", target or "target"]
    rows = _rows(path, has_names=not all(map(str.isdecimal, columns)))
    if not rows:
        raise DataError(f"{path} is empty; expected a pair of texts on each line")
    header = rows[0]
    numbered = all(column.isdecimal() and column not in header for column in columns)
    if numbered:
        places = [int(column) - 1 for column in columns]
    else:
        for column in columns:
            if column not in header:
                raise DataError(
                    f"{path} has no column {column!r}; its first line has {', '.join(header)}. "
                    "Say --source COLUMN --target COLUMN: names in the first line, or numbers "
                    "from 1 if the first line is a pair already"
                )
        places = [header.index(column) for column in columns]
        del rows[0]
    for row in rows:
        if not 0 <= min(places) <= max(places) < len(row):
            raise DataError(
                f"{path} has a row of {len(row)} columns, where column {max(places) + 1} is asked "
                f"for: {', '.join(row)[:60]!r}"
            )
    sources, targets = (tuple(row[place] for row in rows) for place in places)
    return TextPairs(sources, targets)


def _rows(path: Path, has_names: bool) -> list[list[str]]:
    """The rows of a table that are not empty; cells without the space around them."""
    name = path.name.lower().removesuffix(".gz")
    if name.endswith(".csv"):
        # Sentences have semicolons, names of columns have none.
        return read_rows(path, "\t;," if has_names else ",;")[0]
    if not name.endswith(".tsv"):
        raise DataError(
            f"{path} is neither a table (.tsv, .csv) nor a folder with two files, "
            "train.SOURCE and train.TARGET; expected one of them"
        )
    # A corpus, whose quotes are quotation marks.
    rows = [[cell.strip() for cell in line.split("\t")] for line in read_lines(path)]
    return [row for row in rows if any(row)]
