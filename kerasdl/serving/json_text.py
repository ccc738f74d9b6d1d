"""JSON as TensorFlow Serving reads it.

It takes NaN and the infinities, ignores what follows the document, keeps the first of
several equal keys, and minds no depth. `json` does the work; what it cannot nest is
read by a parser without recursion.
"""

import json
import re
from typing import Any

from kerasdl.serving.serving_error import ServingError, invalid

# Lists and objects, lists in lists, and characters to be read without recursion: who sends
# more wants the time and the memory.
_MOST_CONTAINERS = 2**22
_DEEPEST = 1_000_000
_LONGEST_DEEP = 2**24
# Characters that are read in milliseconds.
_FEW = 2**20

_TOKEN = re.compile(
    r"[ \t\n\r]*(?:(?P<mark>[{}\[\],:])"
    r'|(?P<string>"(?:[^"\\\x00-\x1f]|\\.)*+")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>true|false|null|NaN|-?Infinity))"
)
_NAMES = {
    "true": True,
    "false": False,
    "null": None,
    "NaN": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


def parse(body: bytes) -> Any:
    """Returns the JSON value that a request's body begins with.

    Raises:
        ServingError: it does not begin with one.
    """
    try:
        text = body.decode("utf-8").lstrip(" \t\n\r")
    except UnicodeDecodeError as error:
        raise _error("Invalid encoding in string.", error.start) from None
    if not text:
        raise _error("The document is empty.", 0)
    if text.count("[") + text.count("{") > _MOST_CONTAINERS:
        raise _error(f"More than {_MOST_CONTAINERS} lists and objects.", 0)
    try:
        return (_DECODER if len(text) <= _FEW else _SHARING_DECODER).raw_decode(text)[0]
    except json.JSONDecodeError as error:
        raise _error(f"{error.msg}.", error.pos) from None
    except (RecursionError, ValueError):
        # Nested too deep for it, or a number of more digits than Python's `int` reads.
        if len(text) > _LONGEST_DEEP:
            raise _error("Nested too deep, or a number too long, for so large a text.", 0) from None
        return _parse_flat(text)


def _first_wins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else dict(reversed(pairs))


_DECODER = json.JSONDecoder(object_pairs_hook=_first_wins)
# The same, but for functions of Python in which other threads can have their turn.
_SHARING_DECODER = json.JSONDecoder(
    object_pairs_hook=_first_wins,
    parse_int=lambda digits: int(digits),
    parse_float=lambda digits: float(digits),
)


def _error(message: str, position: int) -> ServingError:
    return invalid(f"JSON Parse error: {message} at offset: {position}")


def _parse_flat(text: str) -> Any:
    """The same without recursion: a stack of what is open, a character at a time of grammar."""
    root: list[Any] = []
    stack: list[Any] = [root]
    keys: list[str | None] = [None]
    position = 0
    # What may come next: a value, the end of what is open (`first`), or a separator.
    expect = "value"
    while True:
        token = _TOKEN.match(text, position)
        if token is None:
            raise _error("Invalid value.", position)
        position = token.end()
        mark, container = token["mark"], stack[-1]
        if expect in ("value", "first") and mark not in ("]", "}", ",", ":"):
            is_key = isinstance(container, dict) and keys[-1] is None
            if is_key:
                if token["string"] is None:
                    raise _error("Missing a name for object member.", token.start())
                keys[-1], expect = _string(token), "colon"
                continue
            value = [] if mark == "[" else {} if mark == "{" else _scalar(token)
            if isinstance(container, dict):
                container.setdefault(keys[-1], value)
                keys[-1] = None
            else:
                container.append(value)
            if mark is None:
                expect = "separator"
            else:
                stack.append(value)
                keys.append(None)
                if len(stack) > _DEEPEST:
                    raise _error("Nested too deep.", position)
                expect = "first"
        elif (expect == "colon" and mark == ":") or (expect == "separator" and mark == ","):
            expect = "value"
        elif expect in ("first", "separator") and mark == (
            "}" if isinstance(container, dict) else "]"
        ):
            stack.pop()
            keys.pop()
            expect = "separator"
        else:
            raise _error("Invalid value.", token.start())
        if len(stack) == 1 and expect == "separator":
            return root[0]


def _scalar(token: re.Match[str]) -> Any:
    if token["string"] is not None:
        return _string(token)
    if token["number"] is not None:
        digits = token["number"]
        whole = digits.lstrip("-").isdecimal() and len(digits) < 21
        return int(digits) if whole else float(digits)
    return _NAMES[token["name"]]


def _string(token: re.Match[str]) -> str:
    try:
        return json.loads(token["string"])
    except ValueError:
        raise _error("Invalid escape character in string.", token.start()) from None
