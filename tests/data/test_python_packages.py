"""Snippets of the standard library: no file in two splits, nothing that gives the answer away."""

import re

from kerasdl.data import catalogue, load_labelled_texts
from kerasdl.data.python_packages import LINES, PACKAGES, _divide, _read, load_python_packages


def test_no_file_is_in_two_splits_and_every_package_in_all() -> None:
    for package in PACKAGES:
        files = _read(package)
        splits = _divide(files)
        assert sum(map(len, splits.values())) == len(files)
        total = sum(map(len, files.values()))
        for split in ("test", "validation"):
            assert 0.1 * total < sum(map(len, splits[split])) <= 0.15 * total
        assert sum(map(len, splits["train"])) >= 0.7 * total


def test_nothing_names_the_package() -> None:
    source = load_python_packages()
    for examples in source.splits.values():
        for text in examples.texts:
            assert not re.search("|".join((*PACKAGES, "copyright", "author")), text.lower())
            assert not re.search(r"^\s*(import|from)\b", text, re.MULTILINE)
            assert all(line.strip() for line in text.split("\n"))
            assert text.count("\n") == LINES - 1


def test_a_tests_folder_is_not_looked_at() -> None:
    assert not any("test" in name.split("/") for name in _read("unittest"))


def test_what_is_measured_is_in_no_other_split() -> None:
    data = load_labelled_texts()
    train, validation, test = (set(some.texts) for some in (data.train, data.validation, data.test))
    assert not train & test
    assert not train & validation
    assert not validation & test
    assert data.info.name == "python_packages"
    entry = catalogue.find("python_packages")
    assert entry is not None
    assert entry.num_classes == len(data.info.class_names)
    # Files come and go with versions of Python.
    assert 0.8 < data.info.counts["train"] / entry.examples["train"] < 1.2
