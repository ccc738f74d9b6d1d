"""Files are whole or not there."""

import json
from pathlib import Path

import pytest

from kerasdl import files
from kerasdl.user_error import UserError


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("old")
    with files.replacing(target) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
        assert temporary.suffix == ".json"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="half"), files.replacing(target) as temporary:
        temporary.write_text("ne")
        raise RuntimeError("half-way")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_json_is_readable(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", {"a": [1, 2]})
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text) == {"a": [1, 2]}
    assert text.endswith("}\n")


def test_check_writable_makes_nothing(tmp_path: Path) -> None:
    files.check_writable(tmp_path / "a" / "b", "--runs-dir")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(UserError, match=r"Cannot write to '/proc/.*--runs-dir"):
        files.check_writable(Path("/proc/kerasdl"), "--runs-dir")
