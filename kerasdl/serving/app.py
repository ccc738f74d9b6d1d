"""TensorFlow Serving's REST interface as an ASGI application."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import numpy as np

from kerasdl.serving.answer import Answer, error_answer, refusal
from kerasdl.serving.batching_options import DEFAULT_BATCHING, BatchingOptions
from kerasdl.serving.engine import Engine
from kerasdl.serving.example_results import check_signature
from kerasdl.serving.examples import read_examples, write_classifications, write_regressions
from kerasdl.serving.json_text import parse
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.pages import metadata_page, other_page, status_page
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE, read_predict_request
from kerasdl.serving.predict_response import write_predict_response
from kerasdl.serving.registry import ModelRegistry
from kerasdl.serving.request_body import DisconnectedError, TooLargeError, read_body
from kerasdl.serving.route import Route, parse_route, sent_path
from kerasdl.serving.serving_error import ServingError, as_serving_error

# Bytes to be read, and numbers to be written, that take some milliseconds.
_LARGE_BODY = 2**17
_LARGE_ANSWER = 2**14

_T = TypeVar("_T")
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class ServingApp:
    """Answers requests for the models of a registry.

    An ordinary ASGI callable: it runs under uvicorn (`kerasdl serve`), and mounts in
    anything that takes ASGI, such as Ray Serve.

    Args:
        registry: the models; started by the application's lifespan.
        batching: how requests are gathered; None to compute each by itself.
        max_request_bytes: larger bodies, also once inflated, are refused with 413.
        timeout_seconds: longer requests are answered with 504.
        cors: whether pages of other origins may ask.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        *,
        batching: BatchingOptions | None = DEFAULT_BATCHING,
        max_request_bytes: int = 100 * 2**20,
        timeout_seconds: float = 30.0,
        cors: bool = False,
    ) -> None:
        self.registry = registry
        self.engine = Engine(registry, batching)
        self.max_request_bytes = max_request_bytes
        self.timeout_seconds = timeout_seconds
        self.cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request, or starts and stops with the server."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await asyncio.to_thread(self.registry.start)
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self.engine.close)
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                answer = await self._answer(scope, receive)
        except TimeoutError:
            answer = error_answer(
                ServingError("DEADLINE_EXCEEDED", "Timed out waiting for response")
            )
        except TooLargeError:
            answer = refusal(413, f"Request body is larger than {self.max_request_bytes} bytes")
        except DisconnectedError:
            return
        except Exception as error:
            answer = error_answer(as_serving_error(error))
        headers = [
            (b"content-type", answer.content_type),
            (b"content-length", str(len(answer.body)).encode()),
        ]
        if answer.status == 413:
            # The rest of the body is not read: the connection cannot go on.
            headers.append((b"connection", b"close"))
        if self.cors:
            headers += [
                (b"access-control-allow-origin", b"*"),
                (b"access-control-allow-methods", b"POST, GET"),
                (b"access-control-allow-headers", b"Content-Type"),
            ]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = sent_path(scope)
        query = scope.get("query_string", b"").decode("latin-1")
        full_path = f"{path}?{query}" if query else path
        body = await read_body(scope, receive, self.max_request_bytes)
        if not path.lower().startswith("/v1/"):
            prefix = scope.get("root_path", "").rstrip("/")
            return other_page(self.engine, scope["method"], path, full_path, prefix)
        if self.cors and scope["method"] == "OPTIONS":
            return _preflight(scope)
        route = parse_route(scope["method"], full_path)
        if route.method == "status":
            return status_page(self.registry, route)
        if route.method == "metadata":
            return metadata_page(self.registry, route)
        return await self._infer(route, body)

    async def _infer(self, route: Route, body: bytes) -> Answer:
        methods = {"predict": self._predict, "classify": self._classify, "regress": self._regress}
        with (
            self.engine.counted(route.model, route.method, "REST"),
            self.registry.use(route.model, route.version, route.label) as (_, model),
        ):
            return Answer(200, await methods[route.method](model, route, body))

    async def _predict(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        request = await _aside_if(
            len(body) > _LARGE_BODY, lambda: read_predict_request(body, model.signature)
        )
        name = request.signature_name or DEFAULT_SIGNATURE
        outputs = await self._run(model, route, name, request.tensors)
        return await _aside_if(
            sum(value.size for value in outputs.values()) > _LARGE_ANSWER,
            lambda: write_predict_response(outputs, row=request.row),
        )

    async def _classify(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        return write_classifications(await self._run_examples(model, route, body))

    async def _regress(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        return write_regressions(await self._run_examples(model, route, body))

    async def _run_examples(
        self, model: LoadedModel, route: Route, body: bytes
    ) -> dict[str, np.ndarray]:
        name, serialized = await _aside_if(
            len(body) > _LARGE_BODY, lambda: read_examples(parse(body), route.method)
        )
        name = name or DEFAULT_SIGNATURE
        check_signature(name, model.signature(name), route.method)
        return await self._run(model, route, name, {"inputs": serialized})

    async def _run(
        self, model: LoadedModel, route: Route, name: str, inputs: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        return await self.engine.run(model, name, inputs, name=route.model, method=route.method)


async def _aside_if(large: bool, work: Callable[[], _T]) -> _T:
    """What is done fast is done here; what takes long must not keep others waiting."""
    return await asyncio.to_thread(work) if large else work()


def _preflight(scope: Scope) -> Answer:
    """A browser asks whether it may ask; TensorFlow Serving refuses what is no browser."""
    origins = [value for name, value in scope["headers"] if name == b"origin"]
    allowed = any(b"http://" in value or b"https://" in value for value in origins)
    return Answer(200 if allowed else 400, b"")
