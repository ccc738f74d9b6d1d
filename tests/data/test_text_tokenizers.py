"""Text to tokens and back."""

import sys

import numpy as np
import pytest

from kerasdl.data import DataError
from kerasdl.data.bpe_tokenizer import BPETokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.data.text_tokenizers import TOKENIZERS, from_files, to_files

TEXT = "Zwölf Boxkämpfer jagen Viktor quer über den Sylter Deich.\n\t日本 🙂" * 5


@pytest.mark.parametrize("kind", sorted(TOKENIZERS))
def test_there_and_back_also_through_a_file(kind: str) -> None:
    tokenizer = TOKENIZERS[kind].train([TEXT], 300)
    tokens = tokenizer.encode(TEXT)
    assert tokens.dtype == np.int32
    assert 0 <= tokens.min() <= tokens.max() < tokenizer.size <= 300
    assert tokenizer.decode(tokens.tolist()) == TEXT
    again = from_files({"other.txt": "", **to_files(tokenizer)})
    assert type(again) is type(tokenizer)
    np.testing.assert_array_equal(again.encode(TEXT), tokens)


def test_characters_are_numbered_in_order() -> None:
    tokenizer = CharacterTokenizer.train(["ba", "cab"], 3)
    assert tokenizer.characters == ("a", "b", "c")
    assert tokenizer.encode("").tolist() == []
    # In whichever order an alphabet comes, a character's number is its place.
    assert CharacterTokenizer("zay").encode("yaz").tolist() == [2, 1, 0]


def test_bpe_makes_frequent_words_short_and_knows_every_byte() -> None:
    tokenizer = BPETokenizer.train(["low lower lowest " * 20], 270)
    assert len(tokenizer.encode("low lower lowest")) < 8
    assert tokenizer.decode(tokenizer.encode("Ωß\0").tolist()) == "Ωß\0"


def test_too_many_characters() -> None:
    with pytest.raises(DataError, match=r"3 different characters, more than 2; raise --vocab"):
        CharacterTokenizer.train(["abc"], 2)


def test_unknown_characters() -> None:
    with pytest.raises(DataError, match=r"does not know the characters 'xé'; it knows 'abc'"):
        CharacterTokenizer("abc").encode("aéx")
    with pytest.raises(DataError, match="does not know the characters"):
        CharacterTokenizer("abc").encode("\udc80")


def test_too_few_tokens_for_bytes() -> None:
    with pytest.raises(DataError, match="must be 256 or more; received 255"):
        BPETokenizer.train(["abc"], 255)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(DataError, match=r"pip install 'kerasdl\[text\]'"):
        BPETokenizer.train(["abc"], 300)


def test_files_without_a_tokenizer() -> None:
    with pytest.raises(DataError, match=r"expected characters.json or tokenizer.json, found a.b"):
        from_files({"a.b": ""})
