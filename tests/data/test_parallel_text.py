"""Parallel text as people have it."""

import gzip
from pathlib import Path

import pytest

from kerasdl.data import DataError, TextPairs
from kerasdl.data.parallel_text import fingerprint, read_parallel_text


def write(folder: Path, **files: str | bytes) -> Path:
    for name, content in files.items():
        name = name.replace("__", ".")
        raw = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder


def test_a_folder_of_plain_and_compressed_files(tmp_path: Path) -> None:
    write(
        tmp_path,
        train__en="one\ntwo\r\n",
        train__de="eins \nzwei",
        dev__en__gz="three\n",
        dev__de__gz="drei\n",
        test_2016__en="four\n",
        test_2016__de="vier\n",
        test_2017__en="five\n",
        test_2017__de="fünf\n",
        README="",
    )
    splits, notes = read_parallel_text(tmp_path, "en", "de")
    assert splits == {
        "train": TextPairs(("one", "two"), ("eins", "zwei")),
        "validation": TextPairs(("three",), ("drei",)),
        "test": TextPairs(("four",), ("vier",)),
    }
    assert notes == ["test_2016 is the test split, not test_2017."]


def test_other_characters_than_a_line_feed_end_no_line(tmp_path: Path) -> None:
    write(tmp_path, train__a="one\u2028and\x0c more\ntwo\n", train__b="1\n2\n")
    splits, _ = read_parallel_text(tmp_path, "a", "b")
    assert splits["train"].sources == ("one\u2028and\x0c more", "two")


def test_pairs_with_an_empty_side_are_left_out_and_counted(tmp_path: Path) -> None:
    write(tmp_path, train__a="one\n\n three\nfour\n", train__b="1\n2\n  \n4\n")
    splits, notes = read_parallel_text(tmp_path, "a", "b")
    assert splits["train"] == TextPairs(("one", "four"), ("1", "4"))
    assert notes == ["2 pairs with an empty side were left out."]


@pytest.mark.parametrize(
    ("name", "content", "source", "target"),
    [
        ("x.tsv", 'source\ttarget\nsay "one\teins\n\ntwo\tzwei\n', None, None),
        ("x.tsv", 'id\tde\ten\n7\teins\tsay "one\n8\tzwei\ttwo\n', "en", "de"),
        ("x.tsv", 'say "one\teins\tCC-BY\ntwo\tzwei\tCC-BY\n', "1", "2"),
        ("x.csv", 'en,de\n"say ""one",eins\ntwo,zwei\n', "en", "de"),
        ("X.CSV", 'en;de\n"say ""one";eins\ntwo;zwei\n', "en", "de"),
        ("x.csv", '"say ""one",eins\ntwo,zwei\n', "1", "2"),
        ("X.TSV", 'source\ttarget\nsay "one\teins\ntwo\tzwei\n', None, None),
        ("x.tsv.gz", 'source\ttarget\nsay "one\teins\ntwo\tzwei\n', None, None),
    ],
)
def test_tables(tmp_path: Path, name: str, content: str, source: str, target: str) -> None:
    write(tmp_path, **{name: content})
    splits, notes = read_parallel_text(tmp_path / name, source, target)
    assert splits == {"train": TextPairs(('say "one', "two"), ("eins", "zwei"))}
    assert notes == []


@pytest.mark.parametrize(
    ("files", "name", "source", "target", "message"),
    [
        ({"train__a": "1\n", "train__b": "2\n"}, "", None, None, r"Say --source .*train\.a, train"),
        ({"x": ""}, "", None, None, r"found no train\.\*"),
        ({"train__a": "1\n"}, "", "a", "b", r"has no file train\.b; found train\.a"),
        (
            {"train__a": "1\n2\n", "train__b": "1\n"},
            "",
            "a",
            "b",
            r"train\.a has 2 lines and .*train\.b has 1; expected a line in one for each",
        ),
        ({"train__a": "\n", "train__b": "1\n"}, "", "a", "b", "no pair of texts for train"),
        (
            {"train__a": b"one\ncaf\xe9\n", "train__b": "1\n2\n"},
            "",
            "a",
            "b",
            r"train\.a is not text in UTF-8 \(byte 0xe9 in line 2\); convert it",
        ),
        (
            {"x__txt": "one\n"},
            "x.txt",
            None,
            None,
            "neither a table .* nor a folder",
        ),
        ({"x__tsv": ""}, "x.tsv", None, None, "is empty; expected a pair"),
        (
            {"x__tsv": "en\tde\n1\t2\n"},
            "x.tsv",
            "en",
            None,
            "has no column 'target'; its first line has en, de. Say --source COLUMN",
        ),
        ({"x__tsv": "1\t2\n1\n"}, "x.tsv", "1", "2", "row of 1 columns, where column 2 is asked"),
        ({"x__csv": 'a,b\n"1,2\n'}, "x.csv", "a", "b", "line 2: unexpected end of data"),
    ],
)
def test_what_cannot_be_used(tmp_path, files, name, source, target, message) -> None:
    write(tmp_path, **files)
    with pytest.raises(DataError, match=message):
        read_parallel_text(tmp_path / name, source, target)


def test_a_damaged_archive(tmp_path: Path) -> None:
    (tmp_path / "train.a.gz").write_bytes(b"no gzip")
    write(tmp_path, train__b="1\n")
    with pytest.raises(DataError, match=r"train\.a\.gz cannot be read"):
        read_parallel_text(tmp_path, "a", "b")


def test_quoted_lines_of_a_table_are_not_glued_together(tmp_path: Path) -> None:
    write(tmp_path, **{"x.csv": 'source,target\n"hello\nworld","hallo\r\nWelt"\n'})
    splits, _ = read_parallel_text(tmp_path / "x.csv")
    assert splits["train"] == TextPairs(("hello\nworld",), ("hallo\nWelt",))


def test_semicolons_in_sentences_separate_no_columns(tmp_path: Path) -> None:
    write(tmp_path, **{"x.csv": "one; two,eins; zwei\n"})
    splits, _ = read_parallel_text(tmp_path / "x.csv", "1", "2")
    assert splits["train"] == TextPairs(("one; two",), ("eins; zwei",))


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    write(tmp_path, train__a="", train__b="1\n")
    with pytest.raises(DataError, match=r"train\.a has 0 lines and .*train\.b has 1"):
        read_parallel_text(tmp_path, "a", "b")


def test_fingerprint_sees_each_text() -> None:
    one = {"train": TextPairs(("a", "b"), ("1", "2"))}
    other = {"train": TextPairs(("a", "b"), ("1", "3"))}
    assert fingerprint(one) == fingerprint(dict(one)) != fingerprint(other)
