"""Paths that a user wrote: what is wrong is told, and nothing else taken in its place."""

import os
from pathlib import Path

import pytest

from kerasdl.data import DataError
from kerasdl.data.paths import user_path, visible_files, visible_paths


def test_a_tilde_is_home_and_a_strangers_home_is_nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert user_path("~/photos") == tmp_path / "photos"
    assert not user_path("~nobody-of-this-name/photos").exists()


def test_the_empty_name_is_not_the_working_directory():
    with pytest.raises(DataError, match="the name of the data is empty; expected a name, a file"):
        user_path("")


def test_what_cannot_be_looked_for(monkeypatch):
    with pytest.raises(DataError, match=r"'x{300}' cannot be looked for: File name too long"):
        user_path("x" * 300)

    def refuse(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "exists", refuse)
    with pytest.raises(DataError, match="'secret/x' cannot be looked for: Permission denied"):
        user_path("secret/x")


def test_hidden_files_and_folders_are_not_seen(tmp_path):
    for name in ("b/2.txt", "b/.x", "a.txt", ".git/3.txt", "b/c/1.txt", "b/.d/4.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert visible_paths(tmp_path) == [tmp_path / "a.txt", tmp_path / "b"]
    assert visible_files(tmp_path) == [
        tmp_path / name for name in ("a.txt", "b/2.txt", "b/c/1.txt")
    ]


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match="shut cannot be read: Permission denied"):
        visible_files(tmp_path)
    with pytest.raises(DataError, match="nowhere cannot be read: No such file"):
        visible_paths(tmp_path / "nowhere")
