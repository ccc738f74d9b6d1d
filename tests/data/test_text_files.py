"""Text as it lies in files."""

import gzip

import pytest

from kerasdl.data import DataError
from kerasdl.data.text_files import read_lines, read_text_file


def test_marks_of_byte_order_and_line_ends_of_windows_are_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffone\r\ntwö\n".encode())
    (tmp_path / "a.txt.GZ").write_bytes(gzip.compress((tmp_path / "a.txt").read_bytes()))
    for name in ("a.txt", "a.txt.GZ"):
        assert read_text_file(tmp_path / name) == "one\ntwö\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", []), ("\n", [""]), ("a", ["a"]), ("a\u2028b\x0c\n\nc\n", ["a\u2028b\x0c", "", "c"])],
)
def test_lines_end_with_a_line_feed_alone(tmp_path, text, lines):
    (tmp_path / "a.txt").write_text(text)
    assert read_lines(tmp_path / "a.txt") == lines


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"one\ncaf\xe9", r"a\.txt is not text in UTF-8 \(byte 0xe9 in line 2\); convert"),
        ("a.txt", b"a\0b", "is not text: it holds a zero byte"),
        ("a.gz", b"no gzip", "a.gz cannot be read: Not a gzipped file"),
        ("a.gz", gzip.compress(b"text")[:-9], "a.gz cannot be read: Compressed file ended before"),
    ],
)
def test_what_is_no_text(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_text_file(tmp_path / name)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.txt cannot be read: No such file"):
        read_text_file(tmp_path / "nowhere.txt")
