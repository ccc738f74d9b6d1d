import numpy as np
import pytest

from kerasdl.data import DataError, SequenceTokenizer
from kerasdl.data.bpe_tokenizer import BPETokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.data.sequence_tokenizer import END, FIRST, PADDING, START, UNKNOWN, pad
from kerasdl.data.word_tokenizer import WordTokenizer

TEXTS = ["Ein Mann, ein Wort.", "Zwei Männer gehen."] * 20


@pytest.mark.parametrize(
    ("kind", "size"), [(CharacterTokenizer, 99), (BPETokenizer, 300), (WordTokenizer, 99)]
)
def test_texts_come_back_also_from_files(kind, size) -> None:
    tokenizer = SequenceTokenizer(kind.train(TEXTS, size))
    again = SequenceTokenizer.from_files(tokenizer.to_files())
    for text in TEXTS[:2]:
        tokens = tokenizer.encode(text)
        assert tokens.dtype == np.int32
        assert tokens[-1] == END
        assert (tokens[:-1] >= FIRST).all()
        assert tokens.max() < tokenizer.size
        assert tokenizer.decode([START, *tokens, PADDING, *tokens]) == text
        np.testing.assert_array_equal(again.encode(text), tokens)
    assert (tokenizer.characters is None) == (kind is not CharacterTokenizer)


def test_what_is_not_in_the_alphabet_is_unknown() -> None:
    tokenizer = SequenceTokenizer(CharacterTokenizer("ab "))
    assert tokenizer.encode("a€b").tolist() == [4, UNKNOWN, 5, END]
    assert tokenizer.pieces("a €") == ["a", "␣", "\N{REPLACEMENT CHARACTER}", "∎"]


def test_rare_words_are_unknown() -> None:
    tokenizer = SequenceTokenizer(WordTokenizer([" Ein"]))
    assert tokenizer.encode("Ein Mann").tolist() == [5, UNKNOWN, END]
    assert tokenizer.decode([5, UNKNOWN, 5, END]) == "Ein Ein"


def test_files_without_a_tokenizer() -> None:
    with pytest.raises(DataError, match="there is no tokenizer"):
        SequenceTokenizer.from_files({"labels.txt": ""})


def test_pad() -> None:
    sequences = [np.array([5]), np.array([6, 7, 8])]
    assert pad(sequences, 4).tolist() == [[5, 0, 0, 0], [6, 7, 8, 0]]
    assert pad(sequences).dtype == np.int32
    assert pad([]).shape == (0, 0)
