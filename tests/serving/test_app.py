"""The application, request by request."""

import asyncio
import gzip
import json
import threading
import zlib

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.serving import ModelRegistry, ServingApp, number_lists

PREDICT = "/v1/models/half:predict"


def test_predictions_in_both_forms(app, ask):
    row = ask(app, "POST", PREDICT, '{"instances": [3.0, 4]}')
    assert (row.status, row.json) == (200, {"predictions": [3.5, 4.0]})
    assert row.headers[b"content-type"] == b"application/json"
    assert row.headers[b"content-length"] == str(len(row.body)).encode()
    column = ask(app, "POST", PREDICT, '{"inputs": {"x": [[3.0], [4]]}}')
    assert column.json == {"outputs": [[3.5], [4.0]]}
    assert ask(app, "POST", PREDICT, '{"inputs": 3.0}').json == {"outputs": 3.5}


def test_what_takes_long_to_read_and_write(app, ask):
    values = list(range(40_000))
    answer = ask(app, "POST", PREDICT, json.dumps({"instances": values}))
    assert answer.json == {"predictions": [value / 2 + 2 for value in values]}


def test_several_inputs_and_outputs(app, ask):
    body = {"signature_name": "add", "inputs": {"a": [[1, 2]], "b": [[3, 5]]}}
    answer = ask(app, "POST", PREDICT, json.dumps(body))
    assert answer.json == {"outputs": {"sum": [[4.0, 7.0]], "mean": 5.5}}
    body = {"signature_name": "add", "instances": [{"a": [1, 2], "b": [3, 5]}]}
    answer = ask(app, "POST", PREDICT, json.dumps(body))
    assert answer.status == 400
    assert "mean has no shape information" in answer.error


def test_below_a_prefix(app, ask):
    answer = ask(app, "POST", f"/tf/a{PREDICT}", '{"instances": [3]}', root_path="/tf/a")
    assert answer.json == {"predictions": [3.5]}
    answer = ask(app, "GET", "/tf/models", root_path="/tf")
    assert answer.json["models"]["half"]["url"] == "/tf/v1/models/half"
    answer = ask(app, "GET", "/tfx/models", root_path="/tf")
    assert (answer.status, answer.error[:19]) == (404, "Nothing at /tfx/mod")


@pytest.mark.parametrize("where", ["", "/versions/123", "/labels/stable"])
def test_versions_and_labels(app, ask, where):
    answer = ask(app, "POST", f"/v1/models/half{where}:predict", '{"instances": [0]}')
    assert answer.json == {"predictions": [2.0]}
    metadata = ask(app, "GET", f"/v1/models/half{where}/metadata").json
    assert metadata["model_spec"] == {"name": "half", "signature_name": "", "version": "123"}


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("/v1/models/none:predict", 404, "Servable not found for request: Latest(none)"),
        ("/v1/models/half/versions/9:predict", 404, "not found for request: Specific(half, 9)"),
        ("/v1/models/half/labels/no:predict", 400, "Unrecognized servable version label: no"),
        ("/v1/models/..:predict", 404, "Latest(..)"),
        ("/v1/models/%2e%2e%2f%2e%2e%2fetc:predict", 404, "Latest(../../etc)"),
        ("/v1/models/half%2F123:predict", 404, "Latest(half/123)"),
        ("/v1/models/half/../half:predict", 400, "Malformed request"),
    ],
)
def test_models_that_are_not_there(app, ask, path, status, message):
    answer = ask(app, "POST", path, '{"instances": [1]}')
    assert answer.status == status
    assert message in answer.error


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "JSON Parse error: The document is empty"),
        ("{", "JSON Parse error"),
        ('{"signature_name": "s", "instances": [1]}', 'signature name: "s" not found'),
        ('{"instances": [[1], [1, 2]]}', "element: 1"),
        ('{"instances": ["1"]}', "is not of expected type: float"),
        (
            '{"signature_name": "add", "inputs": {"a": [[1, 2]], "b": [[1, 2, 3]]}}',
            "Incompatible shapes",
        ),
    ],
)
def test_requests_that_are_wrong(app, ask, body, message):
    answer = ask(app, "POST", PREDICT, body)
    assert answer.status == 400
    assert message in answer.error
    assert "\n" not in answer.error
    assert ask(app, "POST", PREDICT, '{"instances": [0]}').status == 200


@pytest.mark.parametrize("method", ["classify", "regress"])
def test_a_signature_of_another_method_is_refused(app, ask, method):
    answer = ask(app, "POST", f"/v1/models/half:{method}", '{"examples": [{"x": 1.0}]}')
    assert answer.status == 400
    assert f"Signature serving_default cannot {method}: expected input 'inputs'" in answer.error


@pytest.fixture
def odd(tmp_path):
    """A model whose signatures answer in ways that few do."""
    module = tf.Module()
    examples = tf.TensorSpec([None], tf.string, "inputs")

    def add(name, spec, outputs):
        function = tf.function(outputs, input_signature=[spec], autograph=False)
        setattr(module, name, function)

    number = tf.TensorSpec(None, tf.float32, "x")
    add("word", number, lambda x: {"word": tf.constant("abc"), "sum": tf.reduce_sum(x)})
    add("labels", examples, lambda inputs: {"classes": tf.ones([tf.size(inputs), 2], tf.int64)})
    names = ("word", "labels")
    tf.saved_model.save(module, str(tmp_path / "odd" / "1"), {n: getattr(module, n) for n in names})
    registry = ModelRegistry(tmp_path, poll_seconds=0)
    registry.start()
    yield ServingApp(registry)
    registry.close()


def test_a_single_string_is_an_output_like_others(odd, ask):
    path = "/v1/models/odd:predict"
    answer = ask(odd, "POST", path, '{"signature_name": "word", "inputs": [1, 2]}')
    assert answer.json == {"outputs": {"sum": 3.0, "word": "abc"}}
    answer = ask(odd, "POST", path, '{"signature_name": "word", "instances": [1, 2]}')
    assert answer.status == 400
    assert "has no shape information" in answer.error


def test_classes_that_are_no_words(odd, ask):
    body = '{"signature_name": "labels", "examples": [{"x": 1}]}'
    answer = ask(odd, "POST", "/v1/models/odd:classify", body)
    assert answer.status == 400
    assert "it has 'inputs' (DT_STRING) and 'classes' (DT_INT64)" in answer.error


def test_an_error_that_nobody_foresaw(app, ask, monkeypatch, caplog):
    broken = ServingApp(app.registry)

    def fail(*arguments):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("kerasdl.serving.app.read_predict_request", fail)
    monkeypatch.setattr("kerasdl.serving.app.metadata_page", fail)
    for method, path in (("POST", PREDICT), ("GET", "/v1/models/half/metadata")):
        answer = ask(broken, method, path, '{"instances": [1]}')
        assert answer.status == 500
        assert answer.error == "The server failed at this request; its log says how"
    assert [one.message for one in caplog.records] == [
        "A request failed: ZeroDivisionError: by zero"
    ] * 2
    assert not any(one.exc_info for one in caplog.records)
    with caplog.at_level("DEBUG", "kerasdl.serving"):
        ask(broken, "GET", "/v1/models/half/metadata")
    assert caplog.records[-1].exc_info[0] is ZeroDivisionError
    text = broken.engine.metrics.text()
    assert ':request_count{model_name="half",status="INTERNAL"} 1\n' in text
    assert 'status="OK"' not in text


def test_examples_that_lack_a_feature(app, ask):
    body = '{"signature_name": "regress_x_to_y", "examples": [{"z": 1.0}]}'
    answer = ask(app, "POST", "/v1/models/half:regress", body)
    assert answer.status == 400
    assert "Feature: x" in answer.error


def test_metadata_names_types_and_shapes(app, ask):
    signatures = ask(app, "GET", "/v1/models/half/metadata").json["metadata"]["signature_def"]
    add = signatures["signature_def"]["add"]
    assert add["method_name"] == "tensorflow/serving/predict"
    assert add["inputs"]["a"]["dtype"] == "DT_FLOAT"
    assert add["inputs"]["a"]["tensor_shape"] == {
        "dim": [{"size": "-1", "name": ""}, {"size": "2", "name": ""}],
        "unknown_rank": False,
    }


def test_gzip(app, ask):
    header = [(b"content-encoding", b"gzip")]
    answer = ask(app, "POST", PREDICT, gzip.compress(b'{"instances": [1]}'), header)
    assert answer.json == {"predictions": [2.5]}
    whole = gzip.compress(b'{"instances": [1]}')
    for broken in (b"no gzip", whole[:-9], whole[:5], zlib.compress(b"{}")):
        answer = ask(app, "POST", PREDICT, broken, header)
        assert answer.status == 400
        assert "The document is empty" in answer.error


def test_a_body_is_inflated_aside(app, acall, monkeypatch):
    gate = threading.Event()

    def inflate(body, limit):
        assert gate.wait(60)
        return b'{"instances": [1]}'

    monkeypatch.setattr("kerasdl.serving.request_body._inflate", inflate)

    async def run():
        header = [(b"content-encoding", b"gzip")]
        request = asyncio.create_task(acall(app, "POST", PREDICT, b"...", header))
        await asyncio.sleep(0)
        assert (await acall(app, "GET", "/healthz")).status == 200
        assert not request.done()
        gate.set()
        return await request

    assert asyncio.run(run()).json == {"predictions": [2.5]}


def test_pings_are_answered_while_a_large_body_is_worked_on(odd, acall, monkeypatch):
    body = b'{"signature_name": "word", "inputs": [' + b"0.25," * 6_000_000 + b"1]}"
    pings, seen = 0, []
    read = number_lists._piece

    def piece(numbers):
        seen.append(pings)
        return read(numbers)

    monkeypatch.setattr(number_lists, "_piece", piece)

    async def run():
        nonlocal pings
        request = asyncio.create_task(acall(odd, "POST", "/v1/models/odd:predict", body))
        while not request.done():
            assert (await acall(odd, "GET", "/healthz")).status == 200
            pings += 1
            await asyncio.sleep(0.001)
        return await request

    assert asyncio.run(run()).json["outputs"]["sum"] == pytest.approx(1_500_001)
    # There were some between most pieces: no other part of the work is as long.
    assert len(seen) > 50
    assert len(set(seen)) > len(seen) / 4


@pytest.fixture
def small(app):
    return ServingApp(app.registry, max_request_bytes=1000, cors=True)


def test_bodies_over_the_limit_are_refused(small, ask):
    for chunks in ([b"x" * 1001], [b"x" * 500] * 3):
        answer = ask(small, "POST", PREDICT, chunks=chunks)
        assert answer.status == 413
        assert answer.error == "Request body is larger than 1000 bytes"
        assert answer.headers[b"connection"] == b"close"
    bomb = gzip.compress(b"0" * 10**7)[:1000]
    answer = ask(small, "POST", PREDICT, bomb, [(b"content-encoding", b"gzip")])
    assert answer.status == 413
    exact = b'{"instances": [1]}'.ljust(1000)
    assert ask(small, "POST", PREDICT, exact).status == 200


def test_other_origins_only_where_allowed(app, small, ask):
    allowed = ask(small, "OPTIONS", PREDICT, headers=[(b"origin", b"https://example.org")])
    assert (allowed.status, allowed.body) == (200, b"")
    no_browser = ask(small, "OPTIONS", PREDICT)
    assert (no_browser.status, no_browser.body) == (400, b"")
    assert allowed.headers[b"access-control-allow-origin"] == b"*"
    assert ask(small, "GET", "/v1/models/no").headers[b"access-control-allow-origin"] == b"*"
    refused = ask(app, "OPTIONS", PREDICT)
    assert refused.status == 400
    assert b"access-control-allow-origin" not in refused.headers


def test_what_tensorflow_serving_does_not_have(app, ask):
    assert ask(app, "GET", "/healthz").body == b"ok\n"
    assert ask(app, "GET", "/readyz").body == b"ready\n"
    assert ask(app, "HEAD", "/healthz").body == b""
    assert ask(app, "GET", "/models").json["models"]["half"] == {
        "version": 123,
        "url": "/v1/models/half",
    }
    assert ask(app, "GET", "/favicon.ico").status == 404
    assert ask(app, "POST", "/healthz").status == 400


def test_a_server_without_a_model_is_not_ready(half_plus_two, tmp_path, ask):
    half_plus_two(tmp_path / "half" / "1")
    registry = ModelRegistry(tmp_path, poll_seconds=0)
    app = ServingApp(registry)
    assert ask(app, "GET", "/readyz").status == 503
    registry.start()
    assert ask(app, "GET", "/readyz").status == 200
    registry.close()


def test_metrics_count_what_was_asked(app, ask):
    counted = ServingApp(app.registry)
    ask(counted, "POST", PREDICT, '{"instances": [1, 2]}')
    ask(counted, "POST", PREDICT, "{")
    ask(counted, "POST", "/v1/models/none:predict", "{}")
    text = ask(counted, "GET", "/monitoring/prometheus/metrics").body.decode()
    assert ':tensorflow:serving:request_count{model_name="half",status="OK"} 1\n' in text
    assert (
        ':tensorflow:serving:request_count{model_name="half",status="INVALID_ARGUMENT"} 1' in text
    )
    # Under no name: whoever asks for many models that are not there must not fill the memory.
    assert ':tensorflow:serving:request_count{model_name="",status="NOT_FOUND"} 1' in text
    assert ':tensorflow:serving:request_example_count_total{model="half"} 2\n' in text
    count = ':request_latency_count{model_name="half",API="predict",entrypoint="REST"} 1\n'
    assert count in text
    answer = ask(counted, "GET", "/monitoring/prometheus/metrics?a=b")
    assert "Unexpected path" in answer.error


def test_a_request_that_takes_too_long(app, acall):
    gate = threading.Event()

    class Slow(ServingApp):
        async def _run(self, model, route, name, inputs):
            await asyncio.to_thread(gate.wait, 20)
            return {"y": np.zeros(1)}

    async def run():
        slow = Slow(app.registry, timeout_seconds=0.1)
        try:
            answer = await acall(slow, "POST", PREDICT, '{"instances": [1]}')
            assert not gate.is_set()
            metrics = await acall(slow, "GET", "/monitoring/prometheus/metrics")
        finally:
            gate.set()
        return answer, metrics

    answer, metrics = asyncio.run(run())
    assert answer.status == 504
    assert answer.error == "Timed out waiting for response"
    assert b'status="DEADLINE_EXCEEDED"} 1' in metrics.body


def test_a_client_that_leaves_before_its_request_is_complete(app):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PREDICT, "headers": [], "query_string": b""}
    asyncio.run(app(scope, receive, send))
    assert sent == []


def test_the_lifespan_loads_and_drops_the_models(half_plus_two, tmp_path):
    half_plus_two(tmp_path / "half" / "1")
    app = ServingApp(ModelRegistry(tmp_path, poll_seconds=0))
    states = []

    async def run():
        messages = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive():
            states.append(app.registry.is_ready())
            return {"type": next(messages)}

        async def send(message):
            states.append(message["type"])

        await app({"type": "lifespan"}, receive, send)

    asyncio.run(run())
    assert states == [False, "lifespan.startup.complete", True, "lifespan.shutdown.complete"]
    assert not app.registry.is_ready()


def test_a_lifespan_that_fails_says_why(half_plus_two, tmp_path):
    (half_plus_two(tmp_path / "half" / "1") / "saved_model.pb").write_bytes(b"\xff")
    app = ServingApp(ModelRegistry(tmp_path, poll_seconds=0))
    sent = []

    async def receive():
        return {"type": "lifespan.startup"}

    async def send(message):
        sent.append(message)

    asyncio.run(app({"type": "lifespan"}, receive, send))
    assert sent[0]["type"] == "lifespan.startup.failed"
    assert "No model can be served" in sent[0]["message"]
