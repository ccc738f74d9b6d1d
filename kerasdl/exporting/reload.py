"""Runs an exported SavedModel in a process that has neither Keras nor kerasdl.

A script of its own: `python -I reload.py` reads a request from standard input
and writes the response to standard output, both JSON. It imports nothing but
the standard library, NumPy and TensorFlow, as a server would.

Request: `{"saved_model": folder, "path": [...], "calls": [{"signature", "inputs"}]}`,
where `path` extends `sys.path`, so that TensorFlow is found where the parent found it.
Response: `{"outputs": [one dictionary per call], "modules": [...], "milliseconds": of the first
call}`, or `{"error": one line}`.
"""

import base64
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

# A model that needs one of these to be read is not an artefact.
FORBIDDEN = ("keras", "kerasdl", "tf_keras")
# For the time of a call: enough that a median says something, and over in a moment.
REPETITIONS = 30


def encode(array: np.ndarray) -> dict[str, Any]:
    """Returns an array of numbers or byte strings as JSON types."""
    array = np.asarray(array)
    if array.dtype.kind in "OSU":
        strings = [s.encode() if isinstance(s, str) else bytes(s) for s in array.ravel().tolist()]
        data: Any = [base64.b64encode(string).decode() for string in strings]
        return {"dtype": "bytes", "shape": array.shape, "data": data}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": array.shape, "data": data}


def decode(encoded: dict[str, Any]) -> np.ndarray:
    """Returns the array that `encode` was given."""
    if encoded["dtype"] == "bytes":
        strings = np.empty(len(encoded["data"]), dtype=object)
        strings[:] = [base64.b64decode(string) for string in encoded["data"]]
        return strings.reshape(encoded["shape"])
    data = base64.b64decode(encoded["data"])
    return np.frombuffer(data, encoded["dtype"]).reshape(encoded["shape"])


def loaded_packages() -> list[str]:
    """Returns the top-level packages in this process that Python does not bring itself."""
    present = {name.partition(".")[0] for name, module in sys.modules.items() if module}
    return sorted(
        name
        for name in present
        if name not in sys.stdlib_module_names and name.isidentifier() and name[0] != "_"
    )


def respond(request: dict[str, Any]) -> dict[str, Any]:
    """Loads the SavedModel and calls its signatures."""
    import tensorflow as tf

    loaded = tf.saved_model.load(request["saved_model"])
    requests = [
        (call["signature"], {name: decode(value) for name, value in call["inputs"].items()})
        for call in request["calls"]
    ]

    def ask(signature: str, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        tensors = {name: tf.constant(value) for name, value in inputs.items()}
        return {k: v.numpy() for k, v in loaded.signatures[signature](**tensors).items()}

    answers = [ask(*one) for one in requests]
    return {
        "outputs": [{k: encode(v) for k, v in answer.items()} for answer in answers],
        "modules": loaded_packages(),
        "milliseconds": milliseconds(lambda: ask(*requests[0])) if requests else 0.0,
    }


def milliseconds(call: Callable[[], Any]) -> float:
    """Returns the median time of a call, after some that warm up."""
    seconds = []
    for _ in range(3 + REPETITIONS):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return 1e3 * statistics.median(seconds[3:])


def main() -> None:
    """Answers one request, without Keras and kerasdl."""
    # Whatever a library prints goes to standard error; the response has standard output alone.
    response_stream = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    request = json.load(sys.stdin)
    for name in FORBIDDEN:
        sys.modules[name] = None  # type: ignore[assignment]
    sys.path.extend(folder for folder in request["path"] if folder not in sys.path)
    try:
        response = respond(request)
    except Exception as error:
        response = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
    with response_stream:
        json.dump(response, response_stream)


if __name__ == "__main__":
    main()
