"""A token for each piece of a text, made the same way in Python and in a TensorFlow graph."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from kerasdl.data.data_error import DataError
from kerasdl.data.sequence_tokenizer import PADDING

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf

UNKNOWN = 1
FIRST = 2
"""The number of the first piece."""

# Ranges of characters rather than classes such as \w, which Python (re) and TensorFlow (RE2)
# understand differently. Letters beyond ASCII have no case here; CJK characters, which are
# written without spaces, and punctuation are pieces of their own.
_BEYOND = "\u00c0-\u1fff\u2070-\u2e7f\ua000-\uf8ff\ufe00-\ufeff\uff10-\uffef\U00010000-\U0001ffff"
_SPACE = r"\x00-\x20\x7f"  # and other characters that cannot be seen
_BETWEEN = r"\x00-\x09\x0b-\x20\x7f"  # as _SPACE, but for the line end
_PIECE = "|".join(
    (
        "\n *",  # a line, and how far it is indented
        f"[A-Z]?[a-z{_BEYOND}]+",  # the parts of snake_case and CamelCase are pieces
        "[A-Z]+",
        "[0-9]",
        f"[^{_SPACE}A-Za-z0-9{_BEYOND}]",
    )
)
# What is left out: spaces before a line end, empty lines, and spaces at the end of all.
_EMPTY = f"[{_SPACE}]*\n"
_END = f"[{_SPACE}]+$"
_SEPARATOR = "\x1f"


class PieceTokenizer:
    """Turns the parts of words, digits, marks and line ends of a text into numbers.

    `0` is padding, `1` what it does not know. A line end is one piece with the indentation that
    follows, so that source code keeps its shape; a text begins as a line does.

    Args:
        pieces: what it knows, in the order of the numbers from 2.
        lowercase: whether capitals count as small letters.

    Example:

    >>> tokenizer = PieceTokenizer.train(["def run_all(self):", "    runAll()"], 12)
    >>> tokenizer.split("  run_All(x)")
    ['\\n  ', 'run', '_', 'All', '(', 'x', ')']
    >>> tokenizer.encode("run(x)").tolist()
    [5, 4, 2, 1, 3]
    """

    kind: ClassVar[str] = "pieces"
    file: ClassVar[str] = "pieces.json"
    unknown: ClassVar[int] = UNKNOWN

    def __init__(self, pieces: Sequence[str], lowercase: bool = False) -> None:
        self.pieces = tuple(pieces)
        self.lowercase = lowercase
        self._numbers = {piece: number for number, piece in enumerate(self.pieces, start=FIRST)}

    @classmethod
    def train(cls, texts: Sequence[str], vocabulary_size: int, lowercase: bool = False) -> Self:
        """Takes the commonest pieces of some texts, so many that there are `vocabulary_size`."""
        split = cls((), lowercase).split
        counts = Counter(piece for text in texts for piece in split(text))
        common = sorted(counts, key=lambda piece: (-counts[piece], piece))
        return cls(common[: max(vocabulary_size - FIRST, 0)], lowercase)

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Reads what `to_text` returned."""
        return cls(**json.loads(text))

    def to_text(self) -> str:
        """Returns the pieces as JSON."""
        return json.dumps({"pieces": self.pieces, "lowercase": self.lowercase})

    @classmethod
    def from_files(cls, files: Any) -> Self:
        """Returns the tokenizer that is among some files, by name.

        Raises:
            DataError: if there is none.
        """
        if cls.file not in files:
            found = ", ".join(files) or "no files"
            raise DataError(f"there is no tokenizer; expected {cls.file}, found {found}")
        return cls.from_text(files[cls.file])

    @property
    def size(self) -> int:
        """The number of tokens, with padding and the unknown one."""
        return FIRST + len(self.pieces)

    def split(self, text: str) -> list[str]:
        """Returns the pieces of a text, known or not."""
        text = re.sub(_END, "", text.lower() if self.lowercase else text)
        return re.findall(_PIECE, re.sub(_EMPTY, "\n", f"\n{text}"))

    def encode(self, text: str) -> np.ndarray:
        """Returns the tokens of a text, int32 `[length]`."""
        import numpy as np

        return np.array([self._numbers.get(piece, UNKNOWN) for piece in self.split(text)], np.int32)

    def graph(self, length: int) -> tuple[Any, Any]:
        """Returns what encodes texts in a TensorFlow graph, and the table that it needs.

        Args:
            length: tokens that are kept of a text.

        Returns:
            A function from strings `[n]` to int32 `[n, time]`, filled up with 0; and a
            `tf.lookup.StaticHashTable`, which whoever saves the function has to track.
        """
        import tensorflow as tf

        table = tf.lookup.StaticHashTable(
            tf.lookup.KeyValueTensorInitializer(
                tf.constant(self.pieces, tf.string),
                tf.range(FIRST, self.size, dtype=tf.int32),
            ),
            default_value=UNKNOWN,
        )

        def encode(texts: tf.Tensor) -> tf.Tensor:
            texts = tf.strings.unicode_transcode(texts, "UTF-8", "UTF-8")  # mends broken bytes
            if self.lowercase:
                texts = tf.strings.regex_replace(texts, r"\x00", " ")  # would end the string
                texts = tf.strings.lower(texts, encoding="utf-8")
            texts = tf.strings.join(["\n", tf.strings.regex_replace(texts, _END, "")])
            texts = tf.strings.regex_replace(texts, _EMPTY, "\n")
            # A mark before each piece, in place of what lies between them.
            marked = tf.strings.regex_replace(texts, f"({_PIECE})[{_BETWEEN}]*", _SEPARATOR + r"\1")
            pieces = tf.strings.split(marked, _SEPARATOR)[:, 1 : 1 + length]
            return pieces.with_flat_values(table.lookup(pieces.flat_values)).to_tensor(PADDING)

        return encode, table
