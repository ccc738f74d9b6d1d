"""Words or the name of a file."""

import pytest

from kerasdl.exporting import InputError
from kerasdl.prediction.given_files import named_file, read_text


def test_words_are_no_file_however_they_begin_and_end(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes").write_text("x")
    for words in ("a text", "~ten people came", "long " * 999, ""):
        assert named_file(words) is None
    assert named_file("notes").read_text() == "x"
    assert named_file("nowhere.txt").name == "nowhere.txt"


def test_a_tilde_is_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "notes").write_bytes("\ufeffx\r\n".encode())
    assert read_text(named_file("~/notes")) == "x\n"


def test_a_file_that_cannot_be_used_is_an_error_of_the_input(tmp_path):
    with pytest.raises(InputError, match="nowhere cannot be read: No such file"):
        read_text(tmp_path / "nowhere")
