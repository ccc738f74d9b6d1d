import numpy as np

from kerasdl.data.word_tokenizer import WordTokenizer

TEXTS = ["Ein Mann (alt), ein Hut.", "Ein Hund läuft."]


def test_texts_come_back() -> None:
    tokenizer = WordTokenizer.train(TEXTS, 99)
    again = WordTokenizer.from_text(tokenizer.to_text())
    for text in TEXTS:
        tokens = tokenizer.encode(text)
        assert tokens.dtype == np.int32
        assert 0 < tokens.min() <= tokens.max() < tokenizer.size
        assert tokenizer.decode(tokens) == text
        np.testing.assert_array_equal(again.encode(text), tokens)


def test_rare_words_are_unknown() -> None:
    tokenizer = WordTokenizer.train(TEXTS, 3)
    # Both stand twice; what stands once is too rare.
    assert set(tokenizer.words) == {" Ein", "."}
    assert tokenizer.encode("Ein Mann.").tolist()[1] == tokenizer.unknown
    assert tokenizer.decode(tokenizer.encode("Ein  Mann.")) == "Ein\N{REPLACEMENT CHARACTER}."
