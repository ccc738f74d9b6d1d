"""From JSON values to tensors, with TensorFlow Serving's rules and words."""

import base64
import json
import string
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np

from kerasdl.serving.serving_error import ServingError, invalid

_FLOATS: dict[str, Any] = {"DT_FLOAT": np.float32, "DT_DOUBLE": np.float64}
_INTEGERS: dict[str, Any] = {
    "DT_INT8": np.int8,
    "DT_INT16": np.int16,
    "DT_INT32": np.int32,
    "DT_INT64": np.int64,
    "DT_UINT8": np.uint8,
    "DT_UINT16": np.uint16,
    "DT_UINT32": np.uint32,
    "DT_UINT64": np.uint64,
}
_LONGEST_VALUE = 256
# Encoders break long lines.
_WHITESPACE = string.whitespace.encode()
# Values that are looked at in one go; in between, other threads have their turn.
_PIECE = 2**16
# NumPy's limit.
_MOST_DIMENSIONS = 64


def to_tensor(value: Any, dtype: str) -> np.ndarray:
    """Returns a JSON value as a tensor of the type that the signature asks.

    The shape is read down the path of first children; every other branch must have it.

    Args:
        value: a number, string, boolean, `{"b64": ...}`, or nested lists of those.
        dtype: TensorFlow's name of the type: `"DT_FLOAT"`.

    Raises:
        ServingError: the value is ragged or holds something of another type.
    """
    shape: list[int] = []
    child = value
    while isinstance(child, list):
        shape.append(len(child))
        if not child:
            break
        child = child[0]
        if len(shape) > _MOST_DIMENSIONS:
            raise invalid(
                f"Encountered list at unexpected level: {_MOST_DIMENSIONS} "
                f"expected < {_MOST_DIMENSIONS}"
            )
    items = [value]
    for level, size in enumerate(shape):
        if set(map(type, items)) != {list}:
            found = next(item for item in items if not isinstance(item, list))
            raise invalid(
                f"JSON Value: {json_value(found)} found at incorrect level: {level + 1} "
                f"in the JSON DOM. Expected at level: {len(shape)}"
            )
        if set(map(len, items)) != {size}:
            other = next(len(item) for item in items if len(item) != size)
            raise invalid(
                f"Encountered list at unexpected size: {other} at level: {level} "
                f"expected size: {size}"
            )
        items = list(chain.from_iterable(items))
    if any(list in set(map(type, piece)) for piece in _pieces(items)):
        raise invalid(f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}")
    return np.concatenate([_leaves(piece, dtype) for piece in _pieces(items)]).reshape(shape)


def from_numbers(numbers: np.ndarray, dtype: str) -> np.ndarray | None:
    """Returns numbers as a tensor of the type that the signature asks; None if they do not fit.

    Args:
        numbers: what `read_numbers` returns.
        dtype: TensorFlow's name of the type.
    """
    if dtype in _FLOATS:
        with np.errstate(over="ignore"):
            return numbers.astype(np.float64, copy=False).astype(_FLOATS[dtype], copy=False)
    if dtype in _INTEGERS and numbers.dtype == np.int64:
        limits = np.iinfo(_INTEGERS[dtype])
        if limits.min <= numbers.min() and numbers.max() <= limits.max:
            return numbers.astype(_INTEGERS[dtype])
    return None


def is_b64(value: Any) -> bool:
    """Says whether a JSON value stands for bytes: an object with the one key `b64`, a string."""
    return isinstance(value, dict) and list(value) == ["b64"] and isinstance(value["b64"], str)


def json_type(value: Any) -> str:
    """Returns RapidJSON's name for the type of a JSON value."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return str(value)
    names: dict[type, str] = {dict: "Object", list: "Array", str: "String"}
    return names.get(type(value), "Number")


def json_value(value: Any) -> str:
    """Returns a JSON value as messages quote it, cut where it is long."""
    try:
        text = json.dumps(value)
    except RecursionError:
        text = f"{json_type(value)} of great depth"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."


def decode_b64(value: dict[str, Any]) -> bytes:
    """Returns the bytes of a `{"b64": ...}` object; padding may be missing, lines be broken.

    Raises:
        ServingError: the text is no base64.
    """
    try:
        text = value["b64"].encode("ascii").translate(None, _WHITESPACE)
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise invalid(f"Unable to base64 decode {json_value(value['b64'])}") from None


def encode_text(value: str) -> bytes:
    """Returns a JSON string as bytes.

    Raises:
        ServingError: it holds half of a surrogate pair.
    """
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        raise invalid("JSON Parse error: The surrogate pair in string is invalid.") from None


def _pieces(items: list[Any]) -> Iterator[list[Any]]:
    return (items[start : start + _PIECE] for start in range(0, len(items) or 1, _PIECE))


def _leaves(items: list[Any], dtype: str) -> np.ndarray:
    types = set(map(type, items))
    if dtype in _FLOATS:
        _require(types <= {float, int}, items, (float, int), dtype)
        # A number beyond the type's range becomes infinite, as in TensorFlow Serving.
        with np.errstate(over="ignore"):
            return _as_float64(items).astype(_FLOATS[dtype])
    if dtype in _INTEGERS:
        _require(types <= {int}, items, (int,), dtype)
        limits = np.iinfo(_INTEGERS[dtype])
        if items and not (limits.min <= min(items) and max(items) <= limits.max):
            value = next(item for item in items if not limits.min <= item <= limits.max)
            raise invalid(
                f"JSON Value: {json_value(value)} Type: Number is not of expected type: "
                f"{_name(dtype)} (out of its range, {limits.min} to {limits.max})"
            )
        return np.array(items, dtype=_INTEGERS[dtype])
    if dtype == "DT_BOOL":
        _require(types <= {bool}, items, (bool,), dtype)
        return np.array(items, dtype=np.bool_)
    if dtype == "DT_STRING":
        return _strings(items)
    raise ServingError("UNIMPLEMENTED", f"Conversion of JSON Value to type: {_name(dtype)}")


def _as_float64(items: list[Any]) -> np.ndarray:
    try:
        return np.array(items, dtype=np.float64)
    except OverflowError:  # whole numbers of over 308 digits
        signs = [1 if item > 0 else -1 for item in items]
        huge = [isinstance(item, int) and abs(item) > 2**1023 for item in items]
        return np.array(
            [
                sign * np.inf if is_huge else float(item)
                for item, sign, is_huge in zip(items, signs, huge, strict=True)
            ]
        )


def _strings(items: list[Any]) -> np.ndarray:
    tensor = np.empty(len(items), dtype=object)
    for index, item in enumerate(items):
        if isinstance(item, str):
            tensor[index] = encode_text(item)
        elif is_b64(item):
            tensor[index] = decode_b64(item)
        elif isinstance(item, dict):
            raise invalid(f"JSON Value: {json_value(item)} not formatted correctly for base64 data")
        else:
            _require(False, [item], (str,), "DT_STRING")
    return tensor


def _require(holds: bool, items: list[Any], wanted: tuple[type, ...], dtype: str) -> None:
    if not holds:
        found = next(item for item in items if type(item) not in wanted)
        raise invalid(
            f"JSON Value: {json_value(found)} Type: {json_type(found)} is not of expected type: "
            f"{_name(dtype)}"
        )


def _name(dtype: str) -> str:
    return dtype.removeprefix("DT_").lower()
