"""Clients that are slow, or say nothing at all."""

import asyncio
import contextlib
import importlib.util

import pytest
import uvicorn
from uvicorn.server import ServerState

from kerasdl.serving.connection import connection_class

LIMIT = 0.3
REQUEST = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"


async def application(scope, receive, send):
    await asyncio.sleep(2 * LIMIT)
    await receive()
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture(params=["h11", "httptools"] if importlib.util.find_spec("httptools") else ["h11"])
def talk(request):
    """Lets a client talk to a server of uvicorn's protocol."""

    def run(client):
        async def main():
            loop = asyncio.get_running_loop()
            config = uvicorn.Config(application, http=request.param, log_config=None)
            config.load()
            protocol = connection_class(config.http_protocol_class, LIMIT)
            server = await loop.create_server(
                lambda: protocol(config=config, server_state=ServerState(), app_state={}),
                "127.0.0.1",
                0,
            )
            async with server:
                address = server.sockets[0].getsockname()
                reader, writer = await asyncio.open_connection(*address)
                with contextlib.closing(writer):
                    return await asyncio.wait_for(client(reader, writer), 30)

        return asyncio.run(main())

    return run


@pytest.mark.parametrize("sent", [b"", b"POST / HTTP/1.1\r\nHo"])
def test_without_a_whole_header_the_connection_is_closed(talk, sent):
    async def client(reader, writer):
        writer.write(sent)
        return await reader.read()

    assert talk(client) == b""


def test_byte_by_byte_is_no_way_round_it(talk):
    async def client(reader, writer):
        writer.write(b"POST / HTTP/1.1\r\n")
        while not reader.at_eof():
            writer.write(b"X: y\r\n")
            await asyncio.sleep(0.02)
        return True

    assert talk(client)


def test_a_request_may_take_longer_and_so_may_the_next_to_come(talk):
    async def client(reader, writer):
        for _ in range(2):
            writer.write(REQUEST)
            assert b" 200 " in await reader.readuntil(b"ok")
            await asyncio.sleep(2 * LIMIT)
        # The header of a further request has no more time than that of the first.
        writer.write(REQUEST[:20])
        return await reader.read()

    assert talk(client) == b""
