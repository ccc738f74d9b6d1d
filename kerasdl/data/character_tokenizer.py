"""A token for each character."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from kerasdl.data.data_error import DataError

if TYPE_CHECKING:
    import numpy as np


class CharacterTokenizer:
    """Turns each character into its number in an alphabet, and back.

    Args:
        characters: the alphabet, each character once.

    Example:

    >>> tokenizer = CharacterTokenizer("abc")
    >>> tokenizer.encode("cab").tolist(), tokenizer.decode([2, 0, 1])
    ([2, 0, 1], 'cab')
    """

    kind: ClassVar[str] = "characters"
    file: ClassVar[str] = "characters.json"

    def __init__(self, characters: Sequence[str]) -> None:
        import numpy as np

        self.characters = tuple(characters)
        points = np.array([ord(character) for character in self.characters], np.uint32)
        self._order = np.argsort(points).astype(np.int32)
        self._sorted = points[self._order]

    @classmethod
    def train(cls, texts: Sequence[str], vocabulary_size: int) -> Self:
        """Makes a tokenizer for all characters of some texts.

        Raises:
            DataError: if there are more than `vocabulary_size`.
        """
        characters = sorted(set().union(*texts))
        if len(characters) > vocabulary_size:
            raise DataError(
                f"the text has {len(characters):,} different characters, more than "
                f"{vocabulary_size:,}; raise --vocabulary-size, or take --tokenizer bpe"
            )
        return cls(characters)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what `to_text` returned."""
        return cls(json.loads(text))

    def to_text(self) -> str:
        """Returns the alphabet as JSON."""
        return json.dumps(self.characters)

    @property
    def size(self) -> int:
        """The number of tokens."""
        return len(self.characters)

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text, int32 `[length]`.

        Raises:
            DataError: if a character is not in the alphabet.
        """
        import numpy as np

        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        places = np.minimum(np.searchsorted(self._sorted, points), self.size - 1)
        unknown = self._sorted[places] != points
        if unknown.any():
            strange = "".join(sorted({chr(point) for point in points[unknown]})[:20])
            raise DataError(
                f"the model does not know the characters {strange!r}; it knows "
                f"{''.join(self.characters)[:200]!r}"
            )
        return self._order[places]

    def decode(self, tokens: Sequence[int]) -> str:
        """Returns the text of some tokens."""
        return "".join(self.characters[token] for token in tokens)
