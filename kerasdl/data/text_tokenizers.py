"""The tokenizers there are, by name, and as files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, Self

from kerasdl.data.bpe_tokenizer import BPETokenizer
from kerasdl.data.character_tokenizer import CharacterTokenizer
from kerasdl.data.data_error import DataError

if TYPE_CHECKING:
    import numpy as np


class Tokenizer(Protocol):
    """What turns text into numbers below `size`, and back."""

    kind: ClassVar[str]
    file: ClassVar[str]

    @classmethod
    def train(cls, texts: Sequence[str], vocabulary_size: int) -> Self:
        """Makes a tokenizer for some texts."""

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what `to_text` returned."""

    def to_text(self) -> str:
        """Returns all of the tokenizer as the text of a file."""

    @property
    def size(self) -> int:
        """The number of tokens."""

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text, int32 `[length]`."""

    def decode(self, tokens: Sequence[int]) -> str:
        """Returns the text of some tokens."""


TOKENIZERS: dict[str, type[Tokenizer]] = {
    tokenizer.kind: tokenizer for tokenizer in (CharacterTokenizer, BPETokenizer)
}


def to_files(tokenizer: Tokenizer) -> dict[str, str]:
    """Returns file name -> text of the one file that holds a tokenizer."""
    return {tokenizer.file: tokenizer.to_text()}


def from_files(files: Mapping[str, str]) -> Tokenizer:
    """Returns the tokenizer that is among some files.

    Raises:
        DataError: if there is none.
    """
    for tokenizer in TOKENIZERS.values():
        if tokenizer.file in files:
            return tokenizer.from_text(files[tokenizer.file])
    raise DataError(
        f"there is no tokenizer; expected {' or '.join(t.file for t in TOKENIZERS.values())}, "
        f"found {', '.join(files) or 'no files'}"
    )
