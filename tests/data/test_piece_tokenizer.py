"""Pieces of texts: the same in Python and in a TensorFlow graph, for whatever is typed."""

from unicodedata import ucd_3_2_0

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.data import DataError, PieceTokenizer
from kerasdl.data.sequence_tokenizer import pad

CODE = "\n    def runAll(self, HTTPServer2):\n\n        # naïve\t\n        return _run_all(x==1)\n"


def in_graph(tokenizer: PieceTokenizer, texts: list[str], length: int = 10_000) -> np.ndarray:
    encode, _ = tokenizer.graph(length)
    strings = tf.constant([text.encode("utf-8", "replace") for text in texts])
    return encode(strings).numpy()


def test_lines_and_parts_of_names_are_pieces() -> None:
    assert PieceTokenizer(()).split(CODE) == [
        *("\n    ", "def", "run", "All", "(", "self", ",", "HTTPS", "erver", "2", ")", ":"),
        *("\n        ", "#", "naïve"),
        *("\n        ", "return", "_", "run", "_", "all", "(", "x", "=", "=", "1", ")"),
    ]


def test_other_scripts_and_their_punctuation() -> None:
    assert PieceTokenizer((), lowercase=True).split("“Καλή Θέα”… 日本 Ça\u00a0va?") == [
        *("\n", "“", "καλή", "θέα", "”", "…", "日", "本", "ça", "\u00a0", "va", "?"),
    ]


@pytest.mark.parametrize("lowercase", [False, True])
def test_the_graph_does_what_python_does_with_every_character(lowercase: bool) -> None:
    every = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    if lowercase:  # of letters that are new in Unicode, TensorFlow may not know the small ones
        every = [c for c in every if ucd_3_2_0.category(c) != "Cn"]
    lines = ["".join(f"x{c}Y{c} " for c in every[n : n + 512]) for n in range(0, len(every), 512)]
    tokenizer = PieceTokenizer.train(lines, 10**7, lowercase)
    assert tokenizer.size > 50_000
    expected = pad([tokenizer.encode(line) for line in lines])
    np.testing.assert_array_equal(in_graph(tokenizer, lines), expected)


@pytest.mark.parametrize("lowercase", [False, True])
def test_the_graph_does_what_python_does_with_lines(lowercase: bool) -> None:
    texts = [CODE, "", " ", "\n", "\n \n  x", "x \x00\x1f\x7f\n", "\tx\r\n\t\ty", "a\n\n\n", "é ü"]
    tokenizer = PieceTokenizer.train(texts[:4], 20, lowercase)
    expected = [tokenizer.encode(text)[:9] for text in texts]
    np.testing.assert_array_equal(in_graph(tokenizer, texts, 9), pad(expected))


def test_bytes_that_are_no_text_do_not_stop_the_graph() -> None:
    encode, _ = PieceTokenizer(["ab"]).graph(10)
    assert encode(tf.constant([b"ab \xff\xfe ab"])).numpy()[0, 1] == 2


def test_the_commonest_pieces_are_known_and_come_back_from_a_file() -> None:
    tokenizer = PieceTokenizer.train(["a b b c c c", "B"], 6, lowercase=True)
    assert tokenizer.pieces == ("b", "c", "\n", "a")
    again = PieceTokenizer.from_files({tokenizer.file: tokenizer.to_text()})
    assert (again.pieces, again.lowercase, again.size) == (tokenizer.pieces, True, 6)
    assert again.encode("C d").tolist() == [4, 3, 1]


def test_a_folder_without_the_tokenizer() -> None:
    with pytest.raises(DataError, match=r"no tokenizer; expected pieces\.json, found words\.json"):
        PieceTokenizer.from_files({"words.json": "[]"})
