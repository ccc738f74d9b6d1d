"""Prepared sets are found by their folders, and wrong folders are named."""

from pathlib import Path

import pytest

from kerasdl.data import DataError, tfds_folders


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).mkdir(parents=True)


def test_the_folders_are_searched_in_order(tmp_path, monkeypatch):
    given, environment, home = tmp_path / "given", tmp_path / "environment", tmp_path / "home"
    monkeypatch.setenv("TFDS_DATA_DIR", str(environment))
    monkeypatch.setenv("HOME", str(home))
    default = home / "tensorflow_datasets"
    assert tfds_folders.data_folders(given) == [given, environment, default]
    for folder in (default, environment, given):
        make(folder, "mnist/3.0.1")
        assert tfds_folders.find_prepared("mnist", given) == folder / "mnist" / "3.0.1"


def test_the_newest_version_is_taken_unless_one_is_named(tmp_path):
    make(tmp_path, "mnist/3.0.1", "mnist/10.0.0", "mnist/3.0.1.incompleteAB12_3.0.1", "mnist/tmp")
    assert tfds_folders.find_prepared("mnist", tmp_path) == tmp_path / "mnist" / "10.0.0"
    assert tfds_folders.find_prepared("mnist:3.0.1", tmp_path) == tmp_path / "mnist" / "3.0.1"
    assert tfds_folders.find_prepared("mnist:1.0.0", tmp_path) is None


def test_a_download_that_was_killed_does_not_look_prepared(tmp_path):
    make(tmp_path, "mnist/3.0.1.incompleteAB12_3.0.1", "downloads")
    assert tfds_folders.find_prepared("mnist", tmp_path) is None
    assert tfds_folders.prepared_names(tmp_path) == []
    assert tfds_folders.check_data_dir(tmp_path) == tmp_path


def test_configs(tmp_path):
    make(tmp_path, "emnist/letters/3.1.0")
    assert tfds_folders.find_prepared("emnist", tmp_path) == tmp_path / "emnist/letters/3.1.0"
    make(tmp_path, "emnist/digits/3.1.0")
    named = tfds_folders.find_prepared("emnist/digits", tmp_path)
    assert named == tmp_path / "emnist/digits/3.1.0"
    with pytest.raises(DataError, match="choose one: emnist/digits, emnist/letters"):
        tfds_folders.find_prepared("emnist", tmp_path)
    assert tfds_folders.prepared_names(tmp_path) == ["emnist"]


@pytest.mark.parametrize("name", ["", "../mnist", "a b", "mnist/", "mnist:latest", "/etc"])
def test_what_cannot_be_a_name(name):
    with pytest.raises(DataError, match="is no name of a data set"):
        tfds_folders.split_name(name)


@pytest.mark.parametrize("sets", ["mnist/3.0.1", "emnist/letters/3.1.0", ".hidden", "downloads"])
def test_right_folders_pass(tmp_path, sets):
    make(tmp_path, sets)
    assert tfds_folders.check_data_dir(tmp_path) == tmp_path


def test_wrong_folders_are_named(tmp_path):
    make(tmp_path, "tfds/mnist/3.0.1", "photos/cats")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="nowhere does not exist"):
        tfds_folders.check_data_dir(tmp_path / "nowhere")
    with pytest.raises(DataError, match="file is a file, not a folder"):
        tfds_folders.check_data_dir(tmp_path / "file")
    with pytest.raises(DataError, match=r"photos holds no TFDS set.*--data-dir .*photos"):
        tfds_folders.check_data_dir(tmp_path / "photos")
    for inside in ("tfds/mnist", "tfds/mnist/3.0.1"):
        with pytest.raises(DataError, match=r"inside of a prepared set; give .*tfds$"):
            tfds_folders.check_data_dir(tmp_path / inside)


def test_the_folders_that_were_searched_are_told(tmp_path):
    told = tfds_folders.where_searched("mnist", tmp_path)
    assert told == f"{tmp_path} or {Path.home() / 'tensorflow_datasets'} (which does not exist)"
