"""The server as a process: real sockets, signals and clients that misbehave."""

import contextlib
import gc
import http.client
import json
import logging
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import grpc
import pytest
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from kerasdl.cli.commands.serve import command
from kerasdl.serving import serve
from kerasdl.user_error import UserError

PREDICT = "/v1/models/half:predict"


class Server:
    """`kerasdl serve` in a process of its own."""

    def __init__(self, folder, *options):
        words = [str(folder), "--port", "0", *map(str, options)]
        command = [sys.executable, "-m", "kerasdl.cli", "serve", *words]
        self.process = subprocess.Popen(
            [*command, "--poll-seconds", "0.1"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            match = re.match(r"Serving at http://127\.0\.0\.1:(\d+)", line)
            if match:
                self.port = int(match[1])
                break
        else:
            self.process.communicate()
            raise AssertionError("\n".join(self.lines))

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        found = response.status, response.read()
        connection.close()
        return found

    def predict(self, value=2):
        status, body = self.request("POST", PREDICT, json.dumps({"instances": [value]}))
        assert status == 200
        return json.loads(body)["predictions"][0]

    def raw(self, data, half_close=False):
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while part := connection.recv(65536):
                received += part
            return received

    def stop(self, sent=signal.SIGTERM):
        self.process.send_signal(sent)
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest.splitlines()


@pytest.fixture
def start():
    """Starts servers, and ends those that a test leaves running."""
    servers = []

    def run(*arguments):
        servers.append(Server(*arguments))
        return servers[-1]

    yield run
    for one in servers:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


@pytest.fixture(scope="module")
def server(half_plus_two, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    half_plus_two(folder / "half" / "1")
    server = Server(folder, "--max-request-megabytes", "1", "--timeout-seconds", "10")
    yield server
    code, rest = server.stop()
    assert (code, rest[-1]) == (0, "Stopped.")


def test_it_says_what_it_serves_and_how_to_ask(server):
    text = "\n".join(server.lines)
    assert "half version 1" in text
    assert "add: a float[n,2], b float[n,2] -> mean, sum" in text
    assert "-e MODEL_NAME=half tensorflow/serving" in text


def test_it_answers(server):
    assert server.predict() == 3.0


def test_nesting_without_end(server):
    deep = b"[" * 500_000 + b"]" * 500_000
    status, body = server.request("POST", PREDICT, b'{"z": ' + deep + b', "instances": [2]}')
    assert (status, json.loads(body)) == (200, {"predictions": [3.0]})
    status, body = server.request("POST", PREDICT, b'{"instances": ' + deep + b"}")
    assert status == 400
    assert server.predict() == 3.0


def test_a_huge_body(server):
    status, _ = server.request("POST", PREDICT, b" " * 2_000_000)
    assert status == 413
    assert server.predict() == 3.0


def test_a_slow_client_delays_nobody_and_is_dropped(server):
    address = ("127.0.0.1", server.port)
    with (
        socket.create_connection(address, timeout=60) as slow,
        socket.create_connection(address, timeout=60) as slower,
    ):
        slower.sendall(f"POST {PREDICT} HTTP/1.1\r\nHost: ".encode())
        slow.sendall(
            f"POST {PREDICT} HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{{".encode()
        )
        started = time.monotonic()
        assert server.predict() == 3.0
        assert time.monotonic() - started < 9
        assert b" 504 " in slow.recv(65536).splitlines()[0]
        assert slower.recv(65536) == b""


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/models/half:predict HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
    ],
)
def test_what_is_no_http(server, data):
    received = server.raw(data, half_close=True)
    assert received == b"" or b" 400 " in received.splitlines()[0]
    assert server.predict() == 3.0


def test_a_connection_that_is_half_closed_gets_its_answer(server):
    body = b'{"instances": [2]}'
    head = f"POST {PREDICT} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\nConnection: close"
    received = server.raw(head.encode() + b"\r\n\r\n" + body, half_close=True)
    assert received.endswith(b'{"predictions": [3.0]}')
    # One that has not sent all of its request gets none.
    assert server.raw(head.encode() + b"\r\n\r\n" + body[:5], half_close=True) == b""
    assert server.predict() == 3.0


def test_paths_are_names_and_nothing_else(server):
    for path in ("/v1/models/../../etc/passwd", "/../etc/passwd", "/v1/models/%2e%2e%2fhalf"):
        status, body = server.request("GET", path)
        assert status in (400, 404)
        assert b"root:" not in body


def test_a_port_that_is_taken(server, half_plus_two, tmp_path):
    half_plus_two(tmp_path / "half" / "1")
    command = [sys.executable, "-m", "kerasdl.cli", "serve", str(tmp_path)]
    found = subprocess.run(
        [*command, "--port", str(server.port)], capture_output=True, text=True, check=False
    )
    assert found.returncode == 2
    assert found.stderr.splitlines()[-1] == (
        f"Error: Cannot listen at 127.0.0.1:{server.port}: Address already in use. "
        "Choose another --host or --port."
    )


def test_collecting_garbage_does_not_look_through_tensorflow(half_plus_two, tmp_path, monkeypatch):
    half_plus_two(tmp_path / "half" / "1")
    kept = []
    monkeypatch.setattr(
        "kerasdl.serving.serve", lambda *_, **__: kept.append(gc.get_freeze_count())
    )
    before = gc.get_freeze_count()
    level = logging.getLogger("kerasdl.serving").level
    try:
        command.main([str(tmp_path)], standalone_mode=False)
    finally:
        gc.unfreeze()
        logging.getLogger("kerasdl.serving").setLevel(level)
    assert kept[0] > before + 100_000


def test_connections_are_kept_for_longer_than_load_balancers_keep_them(app, monkeypatch):
    made = []

    def stop(config):
        made.append(config)
        raise KeyboardInterrupt

    monkeypatch.setattr("uvicorn.Server", stop)
    with pytest.raises(KeyboardInterrupt):
        serve(app, port=0)
    assert made[0].timeout_keep_alive > 60


def test_versions_change_under_load_and_no_request_is_lost(half_plus_two, tmp_path, start):
    half_plus_two(tmp_path / "half" / "1")
    server = start(tmp_path)
    stop = threading.Event()
    failures: list[object] = []
    answers: list[float] = []

    def client():
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        with contextlib.closing(connection):
            while not stop.is_set():
                connection.request("POST", PREDICT, b'{"instances": [2]}')
                response = connection.getresponse()
                body = response.read()
                if response.status == 200:
                    answers.append(json.loads(body)["predictions"][0])
                else:
                    failures.append((response.status, body))

    clients = [threading.Thread(target=client) for _ in range(4)]
    for one in clients:
        one.start()
    for version in range(2, 6):
        half_plus_two(tmp_path / "half" / str(version), offset=5 if version % 2 else 2)
        status = f"/v1/models/half/versions/{version}"
        until = time.monotonic() + 60
        while b"AVAILABLE" not in server.request("GET", status)[1]:
            assert time.monotonic() < until
            time.sleep(0.05)
        if version == 3:
            broken = tmp_path / "half" / "100"
            shutil.copytree(tmp_path / "half" / "3", broken)
            (broken / "saved_model.pb").write_bytes(b"\xff")
            time.sleep(1)
            shutil.rmtree(broken)
    stop.set()
    for one in clients:
        one.join()
    code, rest = server.stop()
    assert failures == []
    assert set(answers) == {3.0, 6.0}
    assert code == 0
    assert sum("version 100 cannot be served" in line for line in rest) == 1


def test_options_that_contradict_each_other(half_plus_two, tmp_path):
    models, batching = tmp_path / "models.config", tmp_path / "batching.config"
    half_plus_two(tmp_path / "half" / "1")
    models.write_text(
        f"model_config_list {{ config {{ name: 'a' base_path: '{tmp_path}/half' }} }}"
    )
    batching.write_text("max_batch_size { value: 8 }")
    given = ["--model-config-file", str(models)]
    file = ["--batching-parameters-file", str(batching)]
    for options, message in (
        ([*given, str(tmp_path)], "Give PATH or --model-config-file, not both."),
        ([*given, "--num-versions", "2"], "Give --num-versions or --model-config-file, not both."),
        (
            [str(tmp_path), *file, "--max-batch-size", "8"],
            "Give --max-batch-size or --batching-parameters-file, not both.",
        ),
        ([str(tmp_path), "--allowed-batch-sizes", "1,x"], "--allowed-batch-sizes takes numbers"),
        ([str(tmp_path), "--label", "half"], "--label takes MODEL:LABEL=VERSION. Received: 'half'"),
    ):
        with pytest.raises(UserError) as caught:
            command.main(options, standalone_mode=False)
        assert message in str(caught.value)


def test_files_of_tensorflow_serving_and_a_label(half_plus_two, tmp_path, start):
    for version in (1, 2):
        half_plus_two(tmp_path / "half" / str(version), offset=5 if version == 2 else 2)
    models, batching = tmp_path / "models.config", tmp_path / "batching.config"
    models.write_text(
        f"model_config_list {{ config {{ name: 'half' base_path: '{tmp_path}/half' "
        "model_version_policy { all {} } version_labels { key: 'stable' value: 1 } } }"
    )
    batching.write_text("max_batch_size { value: 8 } num_batch_threads { value: 1 }")
    server = start(
        f"--model-config-file={models}",
        *("--batching-parameters-file", batching, "--label", "half:canary=2"),
    )
    for where, answer in (("", 6.0), ("/labels/stable", 3.0), ("/labels/canary", 6.0)):
        path = f"/v1/models/half{where}:predict"
        assert json.loads(server.request("POST", path, '{"instances": [2]}')[1]) == {
            "predictions": [answer]
        }


def test_sigterm_at_once(half_plus_two, tmp_path, start):
    half_plus_two(tmp_path / "half" / "1")
    code, rest = start(tmp_path).stop()
    assert (code, rest[-1]) == (0, "Stopped.")


def test_sigterm_lets_requests_end(half_plus_two, tmp_path, start):
    half_plus_two(tmp_path / "half" / "1")
    server = start(tmp_path)
    body = b'{"instances": [2]}'
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        head = f"POST {PREDICT} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:5])
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(body[5:])
        received = b""
        while part := connection.recv(65536):
            received += part
    assert received.endswith(b'{"predictions": [3.0]}')
    server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)


@pytest.fixture
def slow(tmp_path):
    """y = x, after some tenths of a second of work."""
    import tensorflow as tf

    class Slow(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")], autograph=False)
        def predict(self, x):
            zeros = tf.zeros([500, 500]) * x[0]
            _, zeros = tf.while_loop(
                lambda i, _: i < 20, lambda i, a: (i + 1, tf.linalg.matmul(a, a)), (0, zeros)
            )
            return {"y": x + tf.reduce_sum(zeros)}

    module = Slow()
    folder = tmp_path / "slow" / "1"
    tf.saved_model.save(module, str(folder), {"serving_default": module.predict})
    return tmp_path


def test_sigterm_lets_grpc_requests_end(slow, start):
    server = start(slow, "--grpc-port", "0", "--max-batch-size", "1")
    (port,) = [line.rpartition(":")[2] for line in server.lines if line.startswith("gRPC at ")]
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "slow"
    request.inputs["x"].CopyFrom(tensor_pb2.TensorProto(dtype=1, float_val=[3.0]))
    request.inputs["x"].tensor_shape.dim.add(size=1)
    status = get_model_status_pb2.GetModelStatusRequest()
    status.model_spec.name = "slow"
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        predict = prediction_service_pb2_grpc.PredictionServiceStub(channel).Predict
        answers = [predict.future(request, timeout=60) for _ in range(20)]
        # On the same connection: once this is answered, those have been received.
        model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(status, timeout=60)
        assert not answers[-1].done()
        server.process.send_signal(signal.SIGTERM)
        assert [answer.result().outputs["y"].float_val[0] for answer in answers] == [3.0] * 20
    rest, _ = server.process.communicate(timeout=60)
    assert server.process.returncode == 0
    assert rest.splitlines()[-1] == "Stopped."
    assert "Traceback" not in rest
