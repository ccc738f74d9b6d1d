"""What `kerasdl data show` says of one's own files."""

import json
from pathlib import Path

import pytest
from PIL import Image

from kerasdl.data import DataError, catalogue
from kerasdl.data.describe_path import describe_path


def test_a_folder_of_images(tmp_path: Path) -> None:
    for name, count in (("cat", 10), ("dog", 20)):
        for index in range(count):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("RGB", (5, 6), (index, 1, 2)).save(tmp_path / name / f"{index}.png")
    (tmp_path / "dog" / "broken.png").write_bytes(b"no image")
    found = json.loads(json.dumps(catalogue.describe(str(tmp_path))))
    assert (found["name"], found["kind"]) == (tmp_path.name, "images, a folder for each class")
    assert found["class_names"] == ["cat", "dog"]
    assert found["splits"] == {
        "train": {"examples": 24, "per_class": {"cat": 8, "dog": 16}},
        "validation": {"examples": 3, "per_class": {"cat": 1, "dog": 2}},
        "test": {"examples": 3, "per_class": {"cat": 1, "dog": 2}},
    }
    assert "1 of 31 images left out" in found["read"]
    assert found["status"]["location"] == str(tmp_path)
    assert catalogue.prepare(str(tmp_path)) is None


def test_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcd" * 50)
    whole = describe_path(tmp_path / "a.txt")
    assert whole == {
        "name": "a.txt",
        "kind": "text",
        "read": "the text file",
        "alphabet": 4,
        "splits": {
            "train": {"characters": 180},
            "validation": {"characters": 10},
            "test": {"characters": 10},
        },
    }
    (tmp_path / "b.txt").write_text("e")
    both = describe_path(tmp_path)
    assert (both["read"], both["alphabet"]) == ("2 text files", 6)


def test_a_table(tmp_path: Path) -> None:
    rows = "".join(f"{index},{'even' if index % 2 else 'odd'}\n" for index in range(40))
    (tmp_path / "numbers.csv").write_text("x,label\n" + rows)
    found = describe_path(tmp_path / "numbers.csv")
    assert (found["columns"], found["rows"]) == (["x", "label"], 40)
    assert found["class_names"] == ["even", "odd"]
    assert found["splits"]["test"] == {"examples": 6, "per_class": {"even": 3, "odd": 3}}
    assert sum(split["examples"] for split in found["splits"].values()) == 40
    (tmp_path / "plain.tsv").write_text("x\ty\n1\t2\n")
    plain = describe_path(tmp_path / "plain.tsv")
    assert plain == {"name": "plain.tsv", "kind": "table", "columns": ["x", "y"], "rows": 1}


def test_what_no_recipe_could_use(tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="is not text in UTF-8"):
        describe_path(tmp_path / "data")
    (tmp_path / "one.csv").write_text("label\na\na\n")
    with pytest.raises(DataError, match="holds one class only, 'a'"):
        describe_path(tmp_path / "one.csv")
