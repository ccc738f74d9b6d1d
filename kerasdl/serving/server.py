"""Runs the application with uvicorn."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kerasdl.serving.address import address
from kerasdl.serving.app import ServingApp
from kerasdl.serving.connection import connection_class
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    import uvicorn

# Longest time, after SIGTERM, for requests that are under way.
DRAIN_SECONDS = 30

# Connections that wait for another request are kept for longer than load balancers keep them
# (60 seconds is usual): if both ends let go at once, a request is lost.
KEEP_ALIVE_SECONDS = 75


def serve(
    app: ServingApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8501,
    grpc_port: int | None = None,
    on_start: Callable[[int, int | None], None] | None = None,
) -> None:
    """Serves until SIGTERM or Ctrl-C; then answers what is under way, and returns.

    Args:
        app: the application.
        host: the address to listen at.
        port: the port for REST; 0 for any that is free.
        grpc_port: the port for gRPC, 0 for any that is free; None for no gRPC.
        on_start: called with both ports, once the models are loaded and connections wait.

    Raises:
        UserError: the extra `serve` or `grpc` is not installed, an address cannot be
            had, or no model can be loaded.
    """
    try:
        import uvicorn
    except ImportError:
        raise UserError(
            "The server needs uvicorn. Install it with: pip install 'kerasdl[serve]'"
        ) from None
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    config.load()
    protocol = config.http_protocol_class
    config.http_protocol_class = connection_class(protocol, app.timeout_seconds)
    server = uvicorn.Server(config)
    # uvicorn's own handler raises the signal again once it has drained, so that the
    # process dies of it; a supervisor wants exit code 0, also while models are loaded.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]

    async def run(listener: socket.socket) -> None:
        async with contextlib.AsyncExitStack() as stack:
            bound = None
            if grpc_port is not None:
                from kerasdl.serving.grpc_server import grpc_server

                bound = await stack.enter_async_context(grpc_server(app.engine, host, grpc_port))
            if on_start is not None:
                on_start(listener.getsockname()[1], bound)
            await server.serve([listener])

    # The models are dropped, instead of by the application's lifespan, once both servers are done.
    with _stopping(server), _listening(host, port) as listener, contextlib.closing(app.engine):
        app.registry.start()
        # Now, so that whoever reads what `on_start` prints can connect.
        listener.listen(config.backlog)
        loop_factory = config.get_loop_factory()
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(run(listener))


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket at an address; tried before models are loaded, which takes long."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(
            f"Cannot listen at {address(host, port)}: {reason}. Choose another --host or --port."
        ) from None
    with contextlib.closing(listener):
        yield listener


@contextlib.contextmanager
def _stopping(server: "uvicorn.Server") -> Iterator[None]:
    """Lets signals end the server's loop, a second one without waiting."""
    import signal

    def stop(number: int, frame: object) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    previous = {one: signal.signal(one, stop) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)
