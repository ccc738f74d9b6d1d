"""What `kerasdl data show` says of one's own files."""

import gzip
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
            Image.new("RGB", (5 + index, 6), (index, 1, 2)).save(tmp_path / name / f"{index}.png")
    (tmp_path / "dog" / "broken.png").write_bytes(b"no image")
    found = json.loads(json.dumps(catalogue.describe(str(tmp_path))))
    assert found.pop("status")["location"] == str(tmp_path)
    assert found.pop("unreadable").startswith(f"1 of 31 images: {tmp_path / 'dog' / 'broken.png'}")
    assert found == {
        "name": tmp_path.name,
        "kind": "images, a folder for each class",
        "sizes": "6x5 to 6x24 (height x width)",
        "examples": 30,
        "per_class": {"cat": 10, "dog": 20},
    }
    assert catalogue.prepare(str(tmp_path)) is None


def test_a_folder_that_is_split(tmp_path: Path) -> None:
    for name, count in (("train/cat", 3), ("train/dog", 2), ("val/dog", 1)):
        (tmp_path / name).mkdir(parents=True)
        for index in range(count):
            Image.new("L", (5, 6)).save(tmp_path / name / f"{index}.png")
    found = describe_path(tmp_path)
    assert found["sizes"] == "6x5 (height x width)"
    assert "per_class" not in found
    assert found["splits"] == {
        "train": {"examples": 5, "per_class": {"cat": 3, "dog": 2}},
        "validation": {"examples": 1, "per_class": {"dog": 1}},
    }


def test_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("abcd" * 50)
    whole = describe_path(tmp_path / "a.txt")
    assert whole == {
        "name": "a.txt",
        "kind": "text",
        "read": "the text file",
        "characters": 200,
        "alphabet": 4,
    }
    (tmp_path / "b.txt").write_text("e")
    both = describe_path(tmp_path)
    assert (both["read"], both["characters"], both["alphabet"]) == ("2 text files", 202, 6)


def test_a_folder_of_texts_by_class(tmp_path: Path) -> None:
    for name in ("few/1.txt", "few/2.txt", "many/1.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("four")
    assert describe_path(tmp_path) == {
        "name": tmp_path.name,
        "kind": "texts, a folder for each class",
        "characters": 12,
        "examples": 3,
        "per_class": {"few": 2, "many": 1},
    }


def test_a_folder_of_parallel_text(tmp_path: Path) -> None:
    for name, text in (("train.en", "1\n2\n"), ("train.de", "1\n2"), ("val.en", "1\n")):
        (tmp_path / name).write_text(text)
    (tmp_path / "README").write_text("Sentences.")
    found = describe_path(tmp_path)
    assert found["kind"] == "parallel text, a line for each line"
    assert found["lines"] == {"train.de": 2, "train.en": 2, "val.en": 1}


@pytest.mark.parametrize("name", ["numbers.csv", "NUMBERS.CSV.GZ"])
def test_a_table(tmp_path: Path, name: str) -> None:
    rows = "".join(f"{index},{'even' if index % 2 else 'odd'}\n" for index in range(41))
    raw = f"x,label\n{rows}".encode()
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".GZ") else raw)
    assert describe_path(tmp_path / name) == {
        "name": name,
        "kind": "table",
        "columns": ["x", "label"],
        "rows": 41,
        "per_class": {"even": 20, "odd": 21},
    }
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
