"""Connections to clients that are slow, or have no more to send."""

import asyncio
from typing import Any


def connection_class(protocol: Any, header_seconds: float) -> Any:
    """Returns uvicorn's protocol with two changes.

    A request's header must come within some time, for which uvicorn would wait for ever; the
    application limits the time for the rest. And uvicorn takes a client that closes its side
    for gone; but whoever has sent a whole request waits for its answer.

    Args:
        protocol: uvicorn's class, of those for httptools and h11.
        header_seconds: a connection is closed unless a header is complete so long after it
            was made, or after the first byte of a further request.
    """

    class Connection(protocol):
        header_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.header_timer = self.loop.call_later(header_seconds, transport.close)

        def data_received(self, data: bytes) -> None:
            if self.header_timer is None and not self.is_answering():
                close = self.transport.close
                self.header_timer = self.loop.call_later(header_seconds, close)
            super().data_received(data)
            if self.header_timer is not None and self.is_answering():
                self.header_timer.cancel()
                self.header_timer = None

        def eof_received(self) -> bool:
            return self.is_answering() and not self.cycle.more_body

        def is_answering(self) -> bool:
            """Says whether a request has begun, and has not been answered."""
            return self.cycle is not None and not self.cycle.response_complete

    return Connection
