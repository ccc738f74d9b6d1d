import numpy as np

from kerasdl.data import SequenceTokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.diagnostics import alignments
from kerasdl.models import seq2seq_lstm


def test_weights_are_cut_to_each_text() -> None:
    tokenizer = SequenceTokenizer(CharacterTokenizer("abc"))
    model = seq2seq_lstm(tokenizer.size, units=4)
    found = alignments(model, tokenizer, ["ab", "abca"], ["cab", "c"])
    assert found.source_tokens == [["a", "b", "∎"], ["a", "b", "c", "a", "∎"]]
    assert found.target_tokens == [["c", "a", "b", "∎"], ["c", "∎"]]
    for weights, rows, columns in zip(found.weights, (4, 2), (3, 5), strict=True):
        assert weights.shape == (rows, columns)
        np.testing.assert_allclose(weights.sum(axis=1), 1, atol=1e-6)
    (alone,), _, _ = alignments(model, tokenizer, ["abca"], ["c"])
    np.testing.assert_allclose(alone, found.weights[1], atol=1e-6)
