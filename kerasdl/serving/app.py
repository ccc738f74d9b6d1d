"""TensorFlow Serving's REST interface as an ASGI application."""

import asyncio
import json
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasdl.serving.batching_options import BatchingOptions
from kerasdl.serving.engine import Engine
from kerasdl.serving.examples import read_examples, write_classifications, write_regressions
from kerasdl.serving.json_text import parse
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE, read_predict_request
from kerasdl.serving.predict_response import write_predict_response
from kerasdl.serving.registry import ModelRegistry
from kerasdl.serving.route import Route, parse_route
from kerasdl.serving.serving_error import ServingError, invalid

METRICS_PATH = "/monitoring/prometheus/metrics"

_LARGE_BODY = 2**17

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

_JSON = b"application/json"
_TEXT = b"text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """What goes back to a client.

    Args:
        status: the HTTP status.
        body: the content.
        content_type: what it is.
    """

    status: int
    body: bytes
    content_type: bytes = _JSON


class TooLargeError(Exception):
    """A request's body is larger than the limit."""


class DisconnectedError(Exception):
    """The client has gone before its request was complete."""


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
        batching: BatchingOptions | None = BatchingOptions(),  # noqa: B008 (immutable)
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
            answer = _error(ServingError("DEADLINE_EXCEEDED", "Timed out waiting for response"))
        except DisconnectedError:
            return
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
        # As it was sent: `%2F` may be part of a name.
        path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
        query = scope.get("query_string", b"").decode("latin-1")
        full_path = f"{path}?{query}" if query else path
        try:
            body = await self._body(scope, receive)
            if not path.lower().startswith("/v1/"):
                return self._outside(scope["method"], path, full_path)
            if self.cors and scope["method"] == "OPTIONS":
                return Answer(200, b"")
            route = parse_route(scope["method"], full_path)
            if route.method == "status":
                return self._status(route)
            if route.method == "metadata":
                return self._metadata(route)
            return await self._infer(route, body)
        except ServingError as error:
            return _error(error)
        except TooLargeError:
            message = f"Request body is larger than {self.max_request_bytes} bytes"
            return Answer(413, _error_body(message))

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise DisconnectedError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.max_request_bytes:
                raise TooLargeError
            if not message.get("more_body", False):
                break
        body = b"".join(parts)
        encodings = [value for name, value in scope["headers"] if name == b"content-encoding"]
        if any(b"gzip" in value for value in encodings):
            return self._inflate(body)
        return body

    def _inflate(self, body: bytes) -> bytes:
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            inflated = inflater.decompress(body, self.max_request_bytes + 1)
        except zlib.error:
            return b""  # which is no JSON: TensorFlow Serving says the same
        if len(inflated) > self.max_request_bytes:
            raise TooLargeError
        return inflated if inflater.eof else b""

    def _outside(self, method: str, path: str, full_path: str) -> Answer:
        """What TensorFlow Serving does not have, and metrics."""
        if method not in ("GET", "HEAD"):
            raise invalid(f"Malformed request: {method} {full_path}")
        if path == METRICS_PATH:
            if full_path != path:
                raise invalid(f"Unexpected path: {full_path}. Should be {path}")
            return Answer(200, self.engine.metrics.text().encode(), b"text/plain")
        if path == "/healthz":
            return Answer(200, b"ok\n", _TEXT)
        if path == "/readyz":
            ready = self.registry.is_ready()
            return Answer(200 if ready else 503, b"ready\n" if ready else b"not ready\n", _TEXT)
        if path in ("/", "/models"):
            models = {
                name: {"version": model.highest(), "url": f"/v1/models/{name}"}
                for name, model in sorted(self.registry.models.items())
            }
            return Answer(200, json.dumps({"models": models}, indent=2).encode())
        return Answer(404, _error_body(f"Nothing at {path}. See /models and /v1/models/NAME"))

    def _status(self, route: Route) -> Answer:
        statuses = self.registry.statuses(route.model, route.version)
        return _json(
            {
                "model_version_status": [
                    {
                        "version": str(number),
                        "state": status.state,
                        "status": {
                            "error_code": status.error_code,
                            "error_message": status.error_message,
                        },
                    }
                    for number, status in statuses.items()
                ]
            }
        )

    def _metadata(self, route: Route) -> Answer:
        with self.registry.use(route.model, route.version, route.label) as (version, model):
            spec = {"name": route.model, "signature_name": "", "version": str(version)}
            return _json({"model_spec": spec, "metadata": model.metadata()})

    async def _infer(self, route: Route, body: bytes) -> Answer:
        methods = {"predict": self._predict, "classify": self._classify, "regress": self._regress}
        with (
            self.engine.counted(route.model, route.method, "REST"),
            self.registry.use(route.model, route.version, route.label) as (_, model),
        ):
            return Answer(200, await methods[route.method](model, route, body))

    async def _predict(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        request = await self._read(lambda: read_predict_request(parse(body), model.signature), body)
        name = request.signature_name or DEFAULT_SIGNATURE
        outputs = await self._run(model, route, name, request.tensors)
        return write_predict_response(outputs, row=request.row)

    async def _classify(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        outputs = await self._run_examples(model, route, body, {"classes", "scores"})
        return write_classifications(outputs.get("classes"), outputs.get("scores"))

    async def _regress(self, model: LoadedModel, route: Route, body: bytes) -> bytes:
        outputs = await self._run_examples(model, route, body, {"outputs"})
        return write_regressions(outputs["outputs"])

    async def _run_examples(
        self, model: LoadedModel, route: Route, body: bytes, allowed: set[str]
    ) -> dict[str, np.ndarray]:
        name, serialized = await self._read(lambda: read_examples(parse(body), route.method), body)
        name = name or DEFAULT_SIGNATURE
        signature = model.signature(name)
        found = set(signature.outputs)
        if set(signature.inputs) != {"inputs"} or not found or not found <= allowed:
            raise invalid(
                f"Signature {name} cannot {route.method}: expected input 'inputs' and outputs "
                f"among {sorted(allowed)}; it has {sorted(signature.inputs)} and {sorted(found)}"
            )
        return await self._run(model, route, name, {"inputs": serialized})

    async def _read(self, read: Callable[[], Any], body: bytes) -> Any:
        """What is read fast is read here; what takes long must not keep others waiting."""
        return read() if len(body) < _LARGE_BODY else await asyncio.to_thread(read)

    async def _run(
        self, model: LoadedModel, route: Route, name: str, inputs: dict[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        return await self.engine.run(model, name, inputs, name=route.model, method=route.method)


def _json(value: Any) -> Answer:
    return Answer(200, json.dumps(value, indent=1).encode())


def _error(error: ServingError) -> Answer:
    return Answer(error.http_status, _error_body(error.message))


def _error_body(message: str) -> bytes:
    return json.dumps({"error": message}).encode()
