import asyncio
import importlib.util
import json
import shutil
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from kerasdl.serving import ModelRegistry, ServingApp

# Ray brings 70 packages; whoever installs the extra runs its test.
collect_ignore = [] if importlib.util.find_spec("ray") else ["test_ray.py"]

# No deadline: a machine that is busy is no error. The same examples each time.
settings.register_profile("kerasdl", deadline=None, derandomize=True, max_examples=40)
settings.load_profile("kerasdl")


@dataclass
class Response:
    status: int
    headers: dict[bytes, bytes]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        assert self.headers[b"content-type"] == b"application/json"
        assert list(self.json) == ["error"]
        return self.json["error"]


async def call(app, method, path, body=b"", headers=(), chunks=None, root_path="") -> Response:
    """Sends one request to the application, as a server would."""
    body = body.encode() if isinstance(body, str) else body
    chunks = [body] if chunks is None else chunks
    messages = [
        {"type": "http.request", "body": chunk, "more_body": index < len(chunks) - 1}
        for index, chunk in enumerate(chunks)
    ]
    sent: list[dict[str, Any]] = []

    async def receive():
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    raw, _, query = path.partition("?")
    scope = {
        "type": "http",
        "method": method,
        "path": raw,
        "raw_path": raw.encode(),
        "root_path": root_path,
        "query_string": query.encode(),
        "headers": list(headers),
    }
    await app(scope, receive, send)
    start, content = sent
    return Response(start["status"], dict(start["headers"]), content["body"])


@pytest.fixture(scope="session")
def ask():
    def run(*arguments, **options) -> Response:
        return asyncio.run(call(*arguments, **options))

    return run


@pytest.fixture(scope="session")
def acall():
    return call


@pytest.fixture
def turns_of_others():
    """Counts how often another thread gets on while some work is done."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-4)

    def count(work) -> int:
        thread = threading.Thread(target=work)
        thread.start()
        turns = 0
        while thread.is_alive():
            turns += 1
            time.sleep(0)
        return turns

    yield count
    sys.setswitchinterval(interval)


@pytest.fixture(scope="session")
def half_plus_two(tmp_path_factory):
    """y = x / 2 + 2 as a SavedModel, with signatures for every method."""
    import tensorflow as tf

    class HalfPlusTwo(tf.Module):
        def __init__(self, offset):
            super().__init__()
            self.offset = tf.Variable(offset, dtype=tf.float32)

        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, "x")], autograph=False)
        def predict(self, x):
            return {"y": x * 0.5 + self.offset}

        @tf.function(input_signature=[tf.TensorSpec(None, tf.string, "inputs")], autograph=False)
        def regress(self, inputs):
            feature = {"x": tf.io.FixedLenFeature([1], tf.float32)}
            return {"outputs": tf.io.parse_example(inputs, feature)["x"] * 0.5 + self.offset}

        @tf.function(input_signature=[tf.TensorSpec(None, tf.string, "inputs")], autograph=False)
        def classify(self, inputs):
            return {"scores": self.regress(inputs)["outputs"]}

        @tf.function(
            input_signature=[
                tf.TensorSpec([None, 2], tf.float32, "a"),
                tf.TensorSpec([None, 2], tf.float32, "b"),
            ],
            autograph=False,
        )
        def add(self, a, b):
            return {"sum": a + b, "mean": tf.reduce_mean(a + b)}

    def save(folder, offset=2.0):
        module = HalfPlusTwo(offset)
        signatures = {
            "serving_default": module.predict,
            "regress_x_to_y": module.regress,
            "classify_x_to_y": module.classify,
            "add": module.add,
        }
        tf.saved_model.save(module, str(folder), signatures)
        return folder

    source = save(tmp_path_factory.mktemp("half") / "2")
    other = save(tmp_path_factory.mktemp("half") / "5", 5.0)

    def make(folder: Path, offset: int = 2) -> Path:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # As an export does: whole, or not there.
        staging = folder.with_name(f".{folder.name}")
        shutil.copytree({2: source, 5: other}[offset], staging)
        return staging.rename(folder)

    return make


@pytest.fixture(scope="session")
def app(half_plus_two, tmp_path_factory):
    """Models `default` and `half`, version 123, label `stable`; not to be changed by a test."""
    folder = tmp_path_factory.mktemp("models")
    for name in ("default", "half"):
        half_plus_two(folder / name / "123")
    registry = ModelRegistry(folder, poll_seconds=0, labels={"half": {"stable": 123}})
    registry.start()
    yield ServingApp(registry)
    registry.close()
