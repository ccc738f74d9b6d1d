"""Tokens learned from the text: byte pair encoding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kerasdl.data.data_error import DataError

if TYPE_CHECKING:
    import numpy as np

_BYTES = 256


class BPETokenizer:
    """Merges the commonest pairs of neighbours into tokens (Sennrich et al., 2016).

    It begins with bytes (Radford et al., 2019), so that it can encode any text. Made by
    the library `tokenizers`, whose `tokenizer.json` it reads and writes.

    Args:
        tokenizer: a `tokenizers.Tokenizer`.

    Example:

    >>> tokenizer = BPETokenizer.train(["the cat, the hat, the bat"] * 9, 260)
    >>> tokenizer.size, tokenizer.decode(tokenizer.encode("the cat é"))
    (260, 'the cat é')
    """

    kind: ClassVar[str] = "bpe"
    file: ClassVar[str] = "tokenizer.json"

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    @classmethod
    def train(cls, texts: Sequence[str], vocabulary_size: int) -> Self:
        """Learns at most `vocabulary_size` tokens from some texts.

        Raises:
            DataError: if that is fewer than there are bytes, or `tokenizers` is not installed.
        """
        if vocabulary_size < _BYTES:
            raise DataError(
                f"byte pair encoding begins with {_BYTES} bytes, so --vocabulary-size must be "
                f"{_BYTES} or more; received {vocabulary_size}"
            )
        tokenizers = _library()
        tokenizer = tokenizers.Tokenizer(tokenizers.models.BPE())
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = tokenizers.decoders.ByteLevel()
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=vocabulary_size,
            initial_alphabet=sorted(tokenizers.pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        )
        tokenizer.train_from_iterator(texts, trainer)
        return cls(tokenizer)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what `to_text` returned."""
        return cls(_library().Tokenizer.from_str(text))

    def to_text(self) -> str:
        """Returns the tokenizer as the library's own JSON."""
        return str(self._tokenizer.to_str())

    @property
    def size(self) -> int:
        """The number of tokens."""
        return int(self._tokenizer.get_vocab_size())

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text, int32 `[length]`."""
        import numpy as np

        return np.array(self._tokenizer.encode(text).ids, np.int32)

    def decode(self, tokens: Sequence[int]) -> str:
        """Returns the text of some tokens."""
        return str(self._tokenizer.decode([int(token) for token in tokens]))


def _library() -> Any:
    try:
        import tokenizers
    except ImportError:
        raise DataError(
            "byte pair encoding needs the package tokenizers: pip install 'kerasdl[text]'"
        ) from None
    return tokenizers
