"""The commonest predict requests, read the short way: one input, and nothing but numbers."""

import re
from dataclasses import dataclass

import numpy as np

from kerasdl.serving.number_lists import read_numbers

# Up to the first list of numbers: `{"instances": `, `{"instances": [{"x": `, `{"inputs": {"x": `.
_START = re.compile(
    rb' *\{ *(?:"signature_name" *: *"(?P<signature>\w*)" *, *)?"(?P<form>instances|inputs)" *: *'
    rb'(?:(?=\[ *[^ {])|(?P<row>\[ *)?\{ *"(?P<input>\w+)" *: *(?=\[))'
)
_ENDS = {
    "plain": re.compile(rb" *\}\Z"),
    "column": re.compile(rb" *\} *\}\Z"),
    "row": re.compile(rb" *\} *\] *\}\Z"),
}


@dataclass(frozen=True)
class PlainRequest:
    """A predict request that holds one array of numbers.

    Args:
        signature_name: which signature; empty for the default one.
        row: whether it came as `instances`.
        input_name: the input's name; None where it was not named.
        numbers: the array, int64 or float64.
    """

    signature_name: str
    row: bool
    input_name: str | None
    numbers: np.ndarray


def read_plain_request(body: bytes) -> PlainRequest | None:
    """Returns the request that a body holds; None if it is anything but plain.

    >>> read_plain_request(b'{"instances": [{"x": [1, 2]}, {"x": [3, 4]}]}').numbers
    array([[1, 2],
           [3, 4]])
    """
    body = body.rstrip(b" \n")
    start = _START.match(body)
    if start is None:
        return None
    row, name = start["form"] == b"instances", start["input"]
    if name is not None and row is (start["row"] is None):
        return None  # a column within `instances`, or a row within `inputs`
    kind = "plain" if name is None else "row" if row else "column"
    # Numbers and brackets end further in.
    end = _ENDS[kind].search(body, max(len(body) - 20, start.end()))
    if end is None:
        return None
    text = body[start.end() : end.start()]
    numbers = _rows(text, name) if kind == "row" else read_numbers(text)
    if numbers is None:
        return None
    signature_name = (start["signature"] or b"").decode()
    return PlainRequest(signature_name, row, None if name is None else name.decode(), numbers)


def _rows(text: bytes, name: bytes) -> np.ndarray | None:
    """Lists that are one input's in object after object."""
    rows: list[np.ndarray] = []
    for part in re.split(rb'\} *, *\{ *"%b" *: *' % name, text):
        row = read_numbers(part.rstrip(b" "))
        if row is None or row.shape != (rows[0].shape if rows else row.shape):
            return None
        rows.append(row)
    # One float makes floats of all, as it does in one list.
    return np.stack(rows)
