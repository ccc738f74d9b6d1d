"""The MNIST perceptron over HTTP: kerasdl serve, and what people write by hand.

One image per request, as JSON, over connections that stay open, from a process of its
own on the same machine:

- bare call: no network; parse the JSON, call the SavedModel's signature, write JSON;
- FastAPI: a plain endpoint that calls `model(x)` in a Keras process;
- kerasdl: `kerasdl serve`, with and without batching.

`--clients 1` measures latency, more of them throughput.

    python benchmarks/serving.py --clients 1
    python benchmarks/serving.py --clients 32
    python benchmarks/serving.py --memory 100000
"""

import asyncio
import ctypes
import json
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import interleaved
import numpy as np

FASTAPI_APP = """
import sys
import keras, numpy as np, uvicorn
from fastapi import FastAPI
import kerasdl.layers

model = keras.saving.load_model(sys.argv[1])
app = FastAPI()

@app.post("/predict")
def predict(body: dict):
    images = np.array(body["instances"], dtype="uint8")
    return {"predictions": model(images).numpy().tolist()}

config = uvicorn.Config(app, log_level="error")
server = uvicorn.Server(config)
original = server.startup
async def startup(sockets=None):
    await original(sockets)
    port = server.servers[0].sockets[0].getsockname()[1]
    print(f"Serving at http://127.0.0.1:{port}", flush=True)
server.startup = startup
config.port = 0
server.run()
"""


class Client(asyncio.Protocol):
    """A connection that sends the same request again and again."""

    def __init__(self, request: bytes, count: int, latencies: list[float]) -> None:
        self.request = request
        self.left = count
        self.latencies = latencies
        self.done = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.send()

    def send(self) -> None:
        self.started = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])
        if len(body) < length:
            return
        if b" 200 " not in head.splitlines()[0]:
            self.done.set_exception(RuntimeError(self.received.decode()))
            return
        self.latencies.append(time.perf_counter() - self.started)
        self.received = b""
        self.left -= 1
        if self.left > 0:
            self.send()
        elif not self.done.done():
            self.transport.close()
            self.done.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed the connection"))


def load(port: int, path: str, body: bytes, clients: int, requests: int) -> dict[str, float]:
    """Sends requests from several clients at a time; returns percentiles in milliseconds."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    latencies: list[float] = []

    async def run() -> None:
        loop = asyncio.get_running_loop()
        made = [
            loop.create_connection(
                lambda: Client(request, requests // clients, latencies), "127.0.0.1", port
            )
            for _ in range(clients)
        ]
        await asyncio.gather(*[protocol.done for _, protocol in await asyncio.gather(*made)])

    asyncio.run(run())
    percentiles = statistics.quantiles(latencies, n=100)
    return {"p50_ms": percentiles[49] * 1e3, "p99_ms": percentiles[98] * 1e3}


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def start(command: list[str]) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
    )
    for line in process.stdout or ():
        match = re.match(r"Serving at http://[\d.]+:(\d+)", line)
        if match:
            return process, int(match[1])
    raise SystemExit(f"{command} did not start")


def model_files(folder: Path) -> None:
    """Writes the perceptron as `model.keras` and as an export, with a request."""
    import kerasdl

    images = np.random.default_rng(0).integers(0, 256, (3, 28, 28, 1), dtype=np.uint8)
    model = kerasdl.models.mlp((28, 28, 1), 10, hidden_units=(512, 256))
    model.save(folder / "model.keras")
    servable = kerasdl.exporting.image_classifier(model, list("0123456789"), images)
    kerasdl.exporting.export_saved_model(servable, folder / "models" / "mnist")
    body = json.dumps({"instances": images[:1].tolist()})
    (folder / "request.json").write_text(body)


def bare_calls(folder: Path, requests: int) -> interleaved.Turn:
    import tensorflow as tf

    model = tf.saved_model.load(str(folder / "models" / "mnist" / "1"))
    call = model.signatures["serving_default"]
    body = (folder / "request.json").read_bytes()

    def turn() -> dict[str, float]:
        seconds = []
        for _ in range(requests):
            started = time.perf_counter()
            images = np.array(json.loads(body)["instances"], dtype=np.uint8)
            outputs = call(image=tf.constant(images))
            probabilities = outputs["probabilities"].numpy().tolist()
            labels = [label.decode() for label in outputs["label"].numpy().tolist()]
            classes = outputs["class"].numpy().tolist()
            json.dumps({"probabilities": probabilities, "class": classes, "label": labels})
            seconds.append(time.perf_counter() - started)
        return {"p50_ms": statistics.median(seconds) * 1e3}

    return turn


def server_requests(
    command: list[str], path: str, folder: Path, clients: int, requests: int
) -> interleaved.Turn:
    _, port = start(command)
    body = (folder / "request.json").read_bytes()
    return lambda: load(port, path, body, clients, requests)


def memory(folder: Path, requests: int) -> None:
    """Prints the server's memory while it answers very many requests."""
    process, port = start(serve_command(folder))
    body = (folder / "request.json").read_bytes()
    sizes = []
    for part in range(1, 11):
        times = load(port, "/v1/models/mnist:predict", body, 32, requests // 10)
        status = Path(f"/proc/{process.pid}/status").read_text()
        sizes.append(int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024)
        print(
            f"  {part * (requests // 10):>8,} requests: {sizes[-1]:.1f} MB, "
            f"p50 {times['p50_ms']:.1f} ms, p99 {times['p99_ms']:.1f} ms",
            flush=True,
        )
    print(f"  since the first tenth: {sizes[-1] - sizes[0]:+.1f} MB")
    process.terminate()


def serve_command(folder: Path, *options: str) -> list[str]:
    serve = [sys.executable, "-m", "kerasdl.cli", "serve"]
    return [*serve, str(folder / "models"), "--port", "0", *options]


@click.command(help=__doc__.split("\n\n")[0])
@click.option("--clients", default=32, show_default=True, type=click.IntRange(1))
@click.option("--requests", default=3200, show_default=True, type=click.IntRange(1))
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(1))
@click.option("--memory", "many", type=click.IntRange(1), help="Watch the server's memory.")
@click.option("--folder", hidden=True, type=click.Path(path_type=Path))
@click.option("--worker", hidden=True)
def main(
    clients: int,
    requests: int,
    rounds: int,
    many: int | None,
    folder: Path | None,
    worker: str | None,
) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        if folder is None:
            folder = Path(temporary)
            model_files(folder)
        if many is not None:
            memory(folder, many)
            return
        predict = "/v1/models/mnist:predict"

        def served(command: list[str], path: str = predict) -> interleaved.Turn:
            return server_requests(command, path, folder, clients, requests)

        fastapi = folder / "fastapi_app.py"
        fastapi.write_text(FASTAPI_APP)
        contenders: dict[str, Callable[[], interleaved.Turn]] = {
            "kerasdl": lambda: served(serve_command(folder)),
            "kerasdl, no batching": lambda: served(serve_command(folder, "--no-batching")),
            "FastAPI": lambda: served(
                [sys.executable, str(fastapi), str(folder / "model.keras")], "/predict"
            ),
        }
        targets = [
            interleaved.Target("kerasdl", "FastAPI", 1 / 3),
            interleaved.Target("kerasdl", "kerasdl, no batching", 1 / 1.5),
        ]
        if clients == 1:
            contenders["bare call"] = lambda: bare_calls(folder, requests)
            targets = [interleaved.Target("kerasdl", "bare call", 1.3)]
        interleaved.main(
            "serving",
            f"{clients} clients, {requests} requests of one 28x28 image",
            contenders,
            targets,
            rounds=rounds,
            worker=worker,
            arguments=[
                *("--clients", str(clients)),
                *("--requests", str(requests)),
                *("--rounds", str(rounds)),
                *("--folder", str(folder)),
            ],
        )


if __name__ == "__main__":
    main()
