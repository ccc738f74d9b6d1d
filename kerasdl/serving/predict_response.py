"""The body of a predict response."""

import base64
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from kerasdl.serving.serving_error import invalid

# So many numbers are written faster one by one.
_FEW = 64
# Values that are written in one go; in between, other threads have their turn.
_PIECE = 2**15
_SPECIAL = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def write_predict_response(outputs: Mapping[str, np.ndarray], *, row: bool) -> bytes:
    """Returns outputs as the body of a response.

    Args:
        outputs: the outputs by name.
        row: as the request was: example by example, or output by output.

    Raises:
        ServingError: an output has no batch axis (in the row form), or a type that JSON
            cannot hold.
    """
    if not outputs:
        raise invalid("Cannot convert empty tensor map to JSON")
    key, batch_size = ("predictions", _batch_size(outputs)) if row else ("outputs", 0)
    if row and len(outputs) > 1:
        value = f"[{', '.join(_records(outputs, batch_size))}]"
    else:
        texts = {name: _text(name, tensor) for name, tensor in outputs.items()}
        value = next(iter(texts.values())) if len(texts) == 1 else _object(texts)
    return f'{{"{key}": {value}}}'.encode()


def float_texts(values: np.ndarray) -> list[str]:
    """Returns the shortest decimals of six digits, or the longer ones that give the number back.

    >>> float_texts(np.array([0.2, 999999.0, 9e6, 1 / 3, np.inf], "float32"))
    ['0.2', '999999.0', '9e+06', '0.333333343', 'Infinity']
    """
    values = values.ravel()
    digits = "%.9g" if values.dtype == np.float32 else "%.17g"
    numbers = values.tolist()
    texts = [digits % number for number in numbers]
    places = _maybe_short(values) if len(values) > _FEW else range(len(values))
    short = ["%g" % numbers[place] for place in places]  # noqa: UP031 (C's format, as upstream has it)
    again = np.array([float(text) for text in short]).astype(values.dtype)
    for place, text, number in zip(places, short, again.tolist(), strict=True):
        if number == numbers[place]:
            texts[place] = text
    return [text if "." in text or "e" in text else _decimal(text) for text in texts]


def _maybe_short(values: np.ndarray) -> list[int]:
    """Where six digits may be enough; elsewhere they are certainly not."""
    with np.errstate(all="ignore"):
        sizes = np.abs(values.astype(np.float64))
        scale = 10.0 ** (5 - np.floor(np.log10(sizes)))
        far = np.abs(np.rint(sizes * scale) / scale - sizes) > 4 * np.spacing(np.abs(values))
    return np.flatnonzero(~far).tolist()


def _decimal(text: str) -> str:
    return _SPECIAL.get(text, f"{text}.0")


def _texts(name: str, tensor: np.ndarray) -> list[str]:
    kind, values = tensor.dtype.kind, tensor.ravel()
    if kind == "f" and tensor.dtype.itemsize >= 4:
        return float_texts(values)
    if kind in "iu":
        return list(map(str, values.tolist()))
    if kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    if kind in "OSU":
        return [_string(value, name.endswith("_bytes")) for value in values.tolist()]
    raise invalid(f"Failed to write JSON value for tensor type: {_type_name(tensor.dtype)}")


def _type_name(dtype: np.dtype) -> str:
    return "half" if dtype == np.float16 else dtype.name


def _string(value: Any, as_bytes: bool) -> str:
    value = value.encode() if isinstance(value, str) else value
    if as_bytes:
        return f'{{"b64": "{base64.b64encode(value).decode()}"}}'
    return json.dumps(value.decode("utf-8", errors="replace"), ensure_ascii=False)


def _text(name: str, tensor: np.ndarray) -> str:
    """A tensor as nested lists, piece by piece along its first axis."""
    if tensor.size <= _PIECE:
        return _join(_texts(name, tensor), tensor.shape)
    step = _PIECE * len(tensor) // tensor.size
    if step:
        pieces = (tensor[i : i + step] for i in range(0, len(tensor), step))
        texts = [_text(name, piece)[1:-1] for piece in pieces]
    else:
        texts = [_text(name, row) for row in tensor]
    return f"[{', '.join(texts)}]"


def _records(outputs: Mapping[str, np.ndarray], batch_size: int) -> Iterator[str]:
    """Objects of one row each, a text for some of them at a time."""
    size = sum(tensor.size for tensor in outputs.values())
    step = max(1, _PIECE * batch_size // max(1, size))
    for start in range(0, batch_size, step):
        stop = min(start + step, batch_size)
        columns = {name: _rows(name, tensor[start:stop]) for name, tensor in outputs.items()}
        yield ", ".join(
            _object({name: column[index] for name, column in columns.items()})
            for index in range(stop - start)
        )


def _rows(name: str, tensor: np.ndarray) -> list[str]:
    if tensor.size > _PIECE:
        return [_text(name, row) for row in tensor]
    texts, inner = _texts(name, tensor), tensor.shape[1:]
    size = math.prod(inner)
    return [_join(texts[row * size : (row + 1) * size], inner) for row in range(len(tensor))]


def _join(texts: list[str], shape: tuple[int, ...]) -> str:
    for axis, size in reversed(list(enumerate(shape))):
        if size == 1:
            texts = [f"[{text}]" for text in texts]
            continue
        count = math.prod(shape[:axis])
        texts = [f"[{', '.join(texts[i * size : (i + 1) * size])}]" for i in range(count)]
    return texts[0]


def _object(texts: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in texts.items())}}}"


def _batch_size(outputs: Mapping[str, np.ndarray]) -> int:
    sizes: dict[str, int] = {}
    for name, tensor in outputs.items():
        if not tensor.ndim:
            raise invalid(f"Tensor name: {name} has no shape information ")
        sizes[name] = len(tensor)
        expected = next(iter(sizes.values()))
        if sizes[name] != expected:
            raise invalid(
                f"Tensor name: {name} has inconsistent batch size: {sizes[name]} "
                f"expecting: {expected}"
            )
    return expected
