"""The URLs of TensorFlow Serving's REST interface."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from kerasdl.serving.serving_error import invalid

_TARGET = (
    r"/v1/models/(?P<model>[^/:]+)(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
)
_POST = re.compile(rf"{_TARGET}:(?P<method>classify|regress|predict)", re.IGNORECASE)
_GET = re.compile(
    r"/v1/models(?:/(?P<model>[^/:]+))?(?:/versions/(?P<version>[0-9]+)|/labels/(?P<label>[^/:]+))?"
    r"(?P<metadata>/metadata)?",
    re.IGNORECASE,
)
_LARGEST_VERSION = 2**63 - 1


@dataclass(frozen=True)
class Route:
    """What a request is about.

    Args:
        model: the model's name, decoded.
        method: `predict`, `classify`, `regress`, `metadata` or `status`.
        version: the version that is asked for.
        label: or the label that stands for one.
    """

    model: str
    method: str
    version: int | None = None
    label: str | None = None


def sent_path(scope: Mapping[str, Any]) -> str:
    """Returns the path of an ASGI request, below the prefix that the application is mounted at.

    As it was sent, not decoded: `%2F` may be part of a name.

    Args:
        scope: the request. Its paths include the prefix, `root_path`, which is decoded.

    >>> sent_path({"path": "/t f/v1/a/b", "raw_path": b"/t%20f/v1/a%2Fb", "root_path": "/t f"})
    '/v1/a%2Fb'
    """
    raw = scope.get("raw_path")
    path = quote(scope["path"], safe="/:") if raw is None else raw.decode("latin-1")
    prefix = scope.get("root_path", "").rstrip("/")
    parts = path.split("/")
    end = prefix.count("/") + 1
    if unquote("/".join(parts[:end])) == prefix:
        path = f"/{'/'.join(parts[end:])}"
    return path


@lru_cache(maxsize=256)
def parse_route(http_method: str, path: str) -> Route:
    """Reads a path under `/v1/`.

    Args:
        http_method: `GET`, `POST`, ...
        path: as it was sent, not decoded, with its query string: TensorFlow Serving
            matches it whole.

    Raises:
        ServingError: there is no such call.
    """
    match = None
    if http_method == "POST":
        match = _POST.fullmatch(path)
        # Compared as they are written: `:PREDICT` is no method.
        if match and match["method"] not in ("classify", "regress", "predict"):
            match = None
    elif http_method == "GET":
        match = _GET.fullmatch(path)
    if match is None:
        raise invalid(f"Malformed request: {http_method} {path}")
    if match["model"] is None:
        raise invalid("Missing model name in request.")
    version = None
    if match["version"] is not None:
        # Python's `int` refuses thousands of digits.
        digits = match["version"].lstrip("0") or "0"
        if len(digits) > len(str(_LARGEST_VERSION)) or int(digits) > _LARGEST_VERSION:
            raise invalid(f"Failed to convert version: {match['version']} to numeric.")
        version = int(digits)
    if http_method == "POST":
        method = match["method"]
    else:
        method = "metadata" if match["metadata"] == "/metadata" else "status"
    label = None if match["label"] is None else unquote(match["label"])
    return Route(unquote(match["model"]), method, version, label)
