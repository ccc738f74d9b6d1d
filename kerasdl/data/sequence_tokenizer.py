"""Texts as sequences of numbers that begin, end, and can be filled up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kerasdl.data import text_tokenizers
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.data.word_tokenizer import WordTokenizer

if TYPE_CHECKING:
    import numpy as np

    from kerasdl.data.text_tokenizers import Tokenizer

PADDING, START, END, UNKNOWN = range(4)
"""The tokens that are no text."""

FIRST = 4
"""The number of the tokenizer's own token 0."""

# Words give back a sentence, but no line ends and no rows of spaces, as other texts need them.
TOKENIZERS: dict[str, type[Tokenizer]] = {
    **text_tokenizers.TOKENIZERS,
    WordTokenizer.kind: WordTokenizer,
}
"""What there is to make tokens of sentences, by name."""


class SequenceTokenizer:
    """A tokenizer whose sequences can end, be filled up, and hold what it does not know.

    Args:
        tokenizer: what makes numbers of a text; they are raised by `FIRST`.

    Example:

    >>> from kerasdl.data.character_tokenizer import CharacterTokenizer
    >>> tokenizer = SequenceTokenizer(CharacterTokenizer("abc"))
    >>> tokenizer.encode("cab!").tolist(), tokenizer.decode([1, 6, 4, 2, 0, 0])
    ([6, 4, 5, 3, 2], 'ca')
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        self._characters: dict[str, int] | None = None
        if isinstance(tokenizer, CharacterTokenizer):
            self._characters = {c: FIRST + n for n, c in enumerate(tokenizer.characters)}

    @property
    def characters(self) -> tuple[str, ...] | None:
        """The characters, where each is a token; None where tokens are words or parts."""
        return None if self._characters is None else tuple(self._characters)

    @property
    def size(self) -> int:
        """The number of tokens, with those that are no text."""
        return FIRST + self.tokenizer.size

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text and `END`, int32 `[length]`."""
        import numpy as np

        if self._characters is not None:
            tokens = [self._characters.get(character, UNKNOWN) for character in text]
        else:
            unknown = getattr(self.tokenizer, "unknown", None)
            tokens = [
                UNKNOWN if token == unknown else FIRST + token
                for token in self.tokenizer.encode(text).tolist()
            ]
        return np.array([*tokens, END], np.int32)

    def decode(self, tokens: Iterable[int]) -> str:
        """Returns the text of some tokens, up to the first `END`."""
        known: list[int] = []
        for token in tokens:
            if token == END:
                break
            if token >= FIRST:
                known.append(int(token) - FIRST)
        return self.tokenizer.decode(known)

    def pieces(self, text: str) -> list[str]:
        """Returns a text in the pieces that the model sees, the last of them its end.

        >>> from kerasdl.data.character_tokenizer import CharacterTokenizer
        >>> SequenceTokenizer(CharacterTokenizer(" ab")).pieces("b a")
        ['b', '␣', 'a', '∎']
        """
        special = {END: "∎", UNKNOWN: "\N{REPLACEMENT CHARACTER}"}
        return [
            special.get(token) or self.decode([token]).strip() or "␣"
            for token in self.encode(text).tolist()
        ]

    def to_files(self) -> dict[str, str]:
        """Returns file name -> text of what `from_files` reads."""
        return text_tokenizers.to_files(self.tokenizer)

    @classmethod
    def from_files(cls, files: Mapping[str, str]) -> SequenceTokenizer:
        """Returns the tokenizer that is among some files.

        Raises:
            DataError: if there is none.
        """
        if WordTokenizer.file in files:
            return cls(WordTokenizer.from_text(files[WordTokenizer.file]))
        return cls(text_tokenizers.from_files(files))


def pad(sequences: Sequence[np.ndarray], length: int | None = None) -> np.ndarray:
    """Returns sequences as one array, filled up with `PADDING`.

    Args:
        sequences: tokens, int32 `[length of its own]` each.
        length: how long all become; None: as long as the longest.

    Returns:
        int32 `[sequences, length]`.

    Example:

    >>> import numpy as np
    >>> pad([np.array([5, 2]), np.array([7, 8, 2])]).tolist()
    [[5, 2, 0], [7, 8, 2]]
    """
    import numpy as np

    length = max(map(len, sequences), default=0) if length is None else length
    padded = np.full((len(sequences), length), PADDING, np.int32)
    for row, sequence in zip(padded, sequences, strict=True):
        row[: len(sequence)] = sequence
    return padded
