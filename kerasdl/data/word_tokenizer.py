"""A token for each word."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    import numpy as np

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
# A word or a single other character, with the space before it: so that a text comes back.
_PIECE = re.compile(r" ?\w+| ?[^\w\s]")


class WordTokenizer:
    """Turns each word, and each mark of punctuation, into its number, and back.

    Words that it does not know are all the same token, `unknown`.

    Args:
        words: the words it knows, each with the space before it, if there is one.

    Example:

    >>> tokenizer = WordTokenizer.train(["A cat, a hat."], 7)
    >>> tokenizer.size, tokenizer.decode(tokenizer.encode("A hat, a dog."))
    (7, 'A hat, a�.')
    """

    kind: ClassVar[str] = "words"
    file: ClassVar[str] = "words.json"
    unknown: ClassVar[int] = 0

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._numbers = {word: number for number, word in enumerate(self.words, start=1)}

    @classmethod
    def train(cls, texts: Sequence[str], vocabulary_size: int) -> Self:
        """Takes the commonest words of some texts, one fewer than `vocabulary_size`."""
        counts = Counter(piece for text in texts for piece in _pieces(text))
        common = sorted(counts, key=lambda word: (-counts[word], word))
        return cls(common[: vocabulary_size - 1])

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what `to_text` returned."""
        return cls(json.loads(text))

    def to_text(self) -> str:
        """Returns the words as JSON."""
        return json.dumps(self.words)

    @property
    def size(self) -> int:
        """The number of tokens, the unknown one among them."""
        return 1 + len(self.words)

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text, int32 `[length]`."""
        import numpy as np

        return np.array(
            [self._numbers.get(piece, self.unknown) for piece in _pieces(text)], "int32"
        )

    def decode(self, tokens: Sequence[int]) -> str:
        """Returns the text of some tokens."""
        pieces = (_UNKNOWN if token == self.unknown else self.words[token - 1] for token in tokens)
        return "".join(pieces).removeprefix(" ")


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(" " + " ".join(text.split()))
