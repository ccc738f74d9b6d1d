"""A request's body, whole and inflated."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any


class TooLargeError(Exception):
    """A request's body is larger than the limit."""


class DisconnectedError(Exception):
    """The client has gone before its request was complete."""


async def read_body(
    scope: Mapping[str, Any], receive: Callable[[], Awaitable[dict[str, Any]]], limit: int
) -> bytes:
    """Returns the body of an ASGI request.

    Args:
        scope: the request.
        receive: where its parts come from.
        limit: the most bytes that a body may have, also once it is inflated.

    Raises:
        TooLargeError: it has more.
        DisconnectedError: it does not come to an end.
    """
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise DisconnectedError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise TooLargeError
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    for name, value in scope["headers"]:
        if name == b"content-encoding" and b"gzip" in value:
            # However small it is, it may become large.
            return await asyncio.to_thread(_inflate, body, limit)
    return body


def _inflate(body: bytes, limit: int) -> bytes:
    inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        inflated = inflater.decompress(body, limit + 1)
    except zlib.error:
        return b""  # which is no JSON: TensorFlow Serving says the same
    if len(inflated) > limit:
        raise TooLargeError
    return inflated if inflater.eof else b""
