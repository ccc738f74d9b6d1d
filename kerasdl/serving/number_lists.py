"""Nested lists of numbers, from JSON text straight to an array.

An image is a few thousand numbers in lists of lists. To make a Python object of each, and
to look at each of them, takes longer than a small model does; so the brackets are looked
at by themselves, and the numbers in one go. What is not plainly such a list is left to
the careful way, `json_text` and `tensor_values`, which also knows what to say of it.
"""

import json
import re

import numpy as np

_IN_NUMBERS = b"0123456789+-.eE"
_MOST_DIMENSIONS = 16
# Bytes that are read in one go; in between, other threads have their turn.
_PIECE = 2**19
_LEADING_ZERO = re.compile(rb",0[0-9]")


def read_numbers(text: bytes) -> np.ndarray | None:
    """Returns the array that a JSON list of numbers, or of such lists, stands for.

    Args:
        text: the JSON of the list.

    Returns:
        An int64 array if every number is whole and fits, otherwise float64; None if the
        text is anything else than a dense list, or is for the careful way to decide.

    >>> read_numbers(b"[[1, 2], [3, 4]]")
    array([[1, 2],
           [3, 4]])
    >>> read_numbers(b"[[1, 2], [3]]") is None
    True
    """
    # Spaces are nothing if each follows a comma; elsewhere they may part two numbers.
    if text.count(b" ") != text.count(b", "):
        return None
    text = text.translate(None, b" ")
    brackets = text.translate(None, _IN_NUMBERS)
    shape = _shape(brackets)
    if shape is None:
        return None
    depth = len(shape)
    if not (text.startswith(b"[" * depth) and text.endswith(b"]" * depth)):
        return None
    numbers = text[depth:-depth]
    for level in range(depth - 1, 0, -1):
        numbers = numbers.replace(b"]" * level + b"," + b"[" * level, b",")
    if b"[" in numbers or b"]" in numbers:
        return None  # one where no number belongs
    array = _flat(numbers)
    return None if array is None else array.reshape(shape)


def _shape(brackets: bytes) -> tuple[int, ...] | None:
    """The shape that brackets and commas spell, None if that is no dense array.

    The sizes are read at the first list of each level; the text must then be what an
    array of these sizes looks like.
    """
    depth = len(brackets) - len(brackets.lstrip(b"["))
    if not 0 < depth <= _MOST_DIMENSIONS:
        return None
    sizes: list[int] = []
    pattern = b""
    for level in range(1, depth + 1):
        # The first list of this level begins after `depth - level` brackets.
        end = brackets.find(b"]" * level) + level - 1
        size = (end - (depth - level)) // (len(pattern) + 1)
        if size < 1:
            return None
        pattern = b"[" + (pattern + b",") * (size - 1) + pattern + b"]"
        sizes.insert(0, size)
    return tuple(sizes) if pattern == brackets else None


def _flat(numbers: bytes) -> np.ndarray | None:
    """The numbers between commas."""
    pieces: list[np.ndarray] = []
    start = 0
    while start <= len(numbers):
        comma = numbers.find(b",", start + _PIECE)
        end = len(numbers) if comma < 0 else comma
        piece = _piece(numbers[start:end])
        if piece is None:
            return None
        pieces.append(piece)
        start = end + 1
    # One float makes floats of all, as it does in one list.
    return np.concatenate(pieces)


def _piece(numbers: bytes) -> np.ndarray | None:
    if not numbers.translate(None, b"0123456789,"):
        listed = b"," + numbers
        if b",," in listed or listed.endswith(b",") or _LEADING_ZERO.search(listed):
            return None
        array = np.fromstring(numbers, dtype=np.int64, sep=",")
        # Larger numbers end there.
        return None if array.max() == np.iinfo(np.int64).max else array
    try:
        array = np.array(json.loads(b"[" + numbers + b"]"))
    except (ValueError, OverflowError):
        return None
    return array if array.dtype in (np.int64, np.float64) else None
