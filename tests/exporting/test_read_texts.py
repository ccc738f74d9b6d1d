"""Texts from the files of a folder."""

from pathlib import Path

from kerasdl.exporting import read_texts


def test_texts_are_as_they_were_written_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "2.txt").write_bytes(b"zwei\r\n")
    (tmp_path / "1.txt").write_bytes("één\rtwo\n".encode())
    assert read_texts(tmp_path) == ["één\rtwo\n", "zwei\r\n"]
