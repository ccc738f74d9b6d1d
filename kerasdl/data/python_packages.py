"""Snippets of Python's standard library, and the package that each comes from."""

import platform
import re
import sysconfig
import zlib
from collections.abc import Sequence
from pathlib import Path

from kerasdl.data.labelled_text_source import LabelledTextSource
from kerasdl.data.labelled_texts import LabelledTexts

LOCATION = "Python's standard library (embedded)"

# Packages that every Python has, of seven files or more, each with a style of its own.
PACKAGES = ("asyncio", "ctypes", "email", "importlib", "multiprocessing", "unittest", "xml")
LINES = 5

# A test and a validation part of each package, as near to this share of its lines as files allow.
_SHARE = 0.15
# What would give the answer away: names of the packages and of their authors, and imports of
# sister modules.
_TELLS = re.compile("|".join((*PACKAGES, "author", "copyright", "licen[cs]e")), re.IGNORECASE)
_IMPORT = re.compile(r"\s*(from|import)\b")


def load_python_packages() -> LabelledTextSource:
    """Returns snippets of five lines; no file has a part in two splits.

    Empty lines, imports, and lines that name one of the packages or who wrote it, are left out.
    For training a snippet begins at every line; for validation and test one begins where the
    other ends. Which files there are depends on the version of Python, and which of
    them are for what, on their names.

    >>> source = load_python_packages()
    >>> source.class_names[:3], len(source.splits["test"].texts[0].splitlines())
    (('asyncio', 'ctypes', 'email'), 5)
    """
    import numpy as np

    found: dict[str, list[tuple[str, int]]] = {"train": [], "validation": [], "test": []}
    for label, package in enumerate(PACKAGES):
        for split, files in _divide(_read(package)).items():
            step = 1 if split == "train" else LINES
            found[split] += [
                ("\n".join(lines[start : start + LINES]), label)
                for lines in files
                for start in range(0, len(lines) - LINES + 1, step)
            ]
    return LabelledTextSource(
        name="python_packages",
        title="snippets of Python's standard library",
        version=f"Python {platform.python_version()}",
        location=LOCATION,
        class_names=PACKAGES,
        splits={
            split: LabelledTexts(
                tuple(text for text, _ in examples),
                np.array([label for _, label in examples], np.int64),
            )
            for split, examples in found.items()
        },
    )


def _read(package: str) -> dict[str, list[str]]:
    """The lines that are used of each file of a package."""
    folder = Path(sysconfig.get_path("stdlib")) / package
    names = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.py"))
    return {
        name: [
            line.rstrip()
            for line in (folder / name).read_text(encoding="utf-8").split("\n")
            if line.strip() and not _TELLS.search(line) and not _IMPORT.match(line)
        ]
        for name in names
        # Some installations leave the tests of the packages out.
        if not {"test", "tests"} & set(name.split("/"))
    }


def _divide(files: dict[str, list[str]]) -> dict[str, list[Sequence[str]]]:
    """Whole files for each split, the first that fit in the order of their checksums."""
    most = _SHARE * sum(map(len, files.values()))
    splits: dict[str, list[Sequence[str]]] = {"test": [], "validation": [], "train": []}
    for name in sorted(files, key=lambda name: zlib.crc32(name.encode())):
        lines = files[name]
        fitting = (
            split
            for split in ("test", "validation")
            if sum(map(len, splits[split])) + len(lines) <= most
        )
        splits[next(fitting, "train")].append(lines)
    return splits
