"""What TensorFlow Serving's own tests say of its protocol, where the cases are at hand.

The file is looked for beside the checkout, or where KERASDL_CONFORMANCE says.
"""

import json
import math
import os
import re
from pathlib import Path

import numpy as np
import pytest

from kerasdl.serving import ModelRegistry, ServingApp
from kerasdl.serving.answer import error_answer
from kerasdl.serving.examples import read_examples, write_classifications, write_regressions
from kerasdl.serving.json_text import parse
from kerasdl.serving.metrics import Counter, Histogram
from kerasdl.serving.predict_request import read_predict_request
from kerasdl.serving.predict_response import write_predict_response
from kerasdl.serving.route import parse_route
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

FILE = Path(
    os.environ.get(
        "KERASDL_CONFORMANCE",
        Path(__file__).parents[3] / "shared" / "conformance" / "tfserving_cases.json",
    )
)
# One of its own, so that the machinery runs on any machine.
OWN = {
    "name": "own/row-of-floats",
    "kind": "predict_request",
    "signature": {"inputs": {"x": {"dtype": "DT_FLOAT", "shape": None}}, "outputs": {}},
    "request": {"body": '{"instances": [1, "NaN"]}'.replace('"NaN"', "NaN")},
    "expect": {
        "format": "row",
        "signature_name": "",
        "tensors": {"x": {"dtype": "DT_FLOAT", "shape": [2], "values": [1, "NaN"]}},
    },
}
CASES = [OWN, *(json.loads(FILE.read_text())["cases"] if FILE.is_file() else [])]
DTYPES = {
    "DT_FLOAT": np.float32, "DT_DOUBLE": np.float64, "DT_INT32": np.int32, "DT_INT64": np.int64,
    "DT_STRING": object, "DT_COMPLEX64": np.complex64, "DT_HALF": np.float16, "DT_BOOL": np.bool_,
    "DT_UINT8": np.uint8, "DT_INT8": np.int8, "DT_INT16": np.int16,
}  # fmt: skip


@pytest.fixture(scope="module")
def apps(half_plus_two, tmp_path_factory):
    """The fixtures that the cases name."""
    made = {}
    name = "saved_model_half_plus_two_2_versions"
    for fixture, model, versions in (
        ("half_plus_two", name, (123,)),
        ("half_plus_two_as_default", "default", (123,)),
        ("half_plus_two_versions_123_124", name, (123, 124)),
    ):
        folder = tmp_path_factory.mktemp(fixture)
        for version in versions:
            half_plus_two(folder / model / str(version))
        labels = {model: {"Version_Label": 123}}
        registry = ModelRegistry(folder, poll_seconds=0, num_versions=2, labels=labels)
        registry.start()
        made[fixture] = ServingApp(registry)
    yield made
    for app in made.values():
        app.registry.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case, apps, ask):
    kind, request, expect = case["kind"], case["request"], case["expect"]
    kind = f"error_{case['stage']}" if kind == "error" else kind
    if kind == "error_error_body":
        error = ServingError(request["status"]["code"], request["status"]["message"])
        assert json.loads(error_answer(error).body) == expect["json"]
    elif "path" in request and kind != "url":
        app = apps[case["fixture"]]
        check_http(ask(app, request["method"], request["path"], request["body"]), expect)
    elif "error" in expect:
        with pytest.raises(ServingError) as caught:
            run(kind.removeprefix("error_"), case)
        assert caught.value.code == expect["error"]["code"]
        assert caught.value.http_status == expect["error"]["http_status"]
        for part in expect["error"]["message_contains"]:
            assert part in caught.value.message
    else:
        check(kind, run(kind, case), expect)


def run(kind, case):
    request = case["request"]
    if kind == "predict_request":
        signature = SignatureInfo(
            {
                name: TensorInfo(info["dtype"], info["shape"])
                for name, info in case["signature"]["inputs"].items()
            },
            {},
        )
        return read_predict_request(body_of(request), lambda name: signature)
    if kind == "predict_response":
        tensors = {name: array(spec) for name, spec in request["tensors"].items()}
        return write_predict_response(tensors, row=request["format"] == "row")
    if kind == "example_request":
        return [read_examples(parse(body_of(request)), method) for method in request["methods"]]
    if kind == "result_response":
        if request["method"] == "regress":
            return write_regressions({"outputs": np.array(request["regressions"], np.float32)})
        pairs = request["classifications"]
        scores = np.zeros((len(pairs), len(pairs[0]) if pairs else 0), np.float32)
        scores[:] = [[pair["score"] for pair in row] for row in pairs]
        return write_classifications({"scores": scores})
    if kind == "url":
        try:
            return parse_route(request["method"], request["path"])
        except ServingError as error:
            if "Malformed" in error.message:
                return None
            raise
    metric = request["metric"]
    if metric["type"] == "counter":
        made = Counter(metric["name"])
        for point in metric["points"]:
            made.add(point["value"], **point["labels"])
    else:
        made = Histogram(metric["name"], tuple(metric["bucket_limits"]))
        for point in metric["points"]:
            for sample in point["samples"]:
                made.observe(sample, **point["labels"])
    return made.lines()


def check(kind, found, expect):
    if kind == "predict_request":
        assert found.row is (expect["format"] == "row")
        assert found.signature_name == expect["signature_name"]
        assert found.tensors.keys() == expect["tensors"].keys()
        for name, spec in expect["tensors"].items():
            wanted = array(spec)
            assert found.tensors[name].dtype == wanted.dtype
            np.testing.assert_array_equal(found.tensors[name], wanted)
    elif kind == "predict_response":
        text = found.decode()
        if expect["compare"] == "number_tokens":
            numbers = re.compile(r"-?[0-9][0-9.eE+-]*|NaN|-?Infinity")
            assert numbers.findall(text) == numbers.findall(expect["json_text"])
        assert same(json.loads(text), json.loads(expect["json_text"]))
    elif kind == "url":
        if not expect["parse_successful"]:
            assert found is None
            return
        parsed = {
            "model_name": found.model,
            "version": found.version,
            "label": found.label,
            "method": found.method,
            "subresource": "metadata" if found.method == "metadata" else None,
        }
        for name, value in expect["parsed"].items():
            assert parsed[name] == value
    elif kind == "prometheus":
        assert [normal(line) for line in found] == [normal(line) for line in expect["text_lines"]]
    else:
        raise AssertionError(f"no check for kind {kind}")


def check_http(response, expect):
    if "error" in expect:
        assert response.status == expect["error"]["http_status"]
        for part in expect["error"]["message_contains"]:
            assert part in response.error
        return
    assert response.status == expect["http_status"]
    for name, value in expect.get("headers", {}).items():
        assert response.headers[name.lower().encode()].decode() == value
    if "json" in expect:
        assert same(response.json, expect["json"])
    for part in expect.get("body_contains", ()):
        assert part in response.body.decode()
    if "versions_as_a_set" in expect:
        statuses = response.json["model_version_status"]
        assert {one["version"] for one in statuses} == set(expect["versions_as_a_set"])
        assert all(one["status"] == expect["each_status"] for one in statuses)


def body_of(request):
    if "body_parts" in request:
        return "".join(text * count for text, count in request["body_parts"]).encode()
    return request["body"].encode()


def array(spec):
    values = spec["values"]
    if values is None:
        return np.zeros(spec["shape"], DTYPES[spec["dtype"]])
    if spec["dtype"] == "DT_STRING":
        made = np.empty(len(values), dtype=object)
        made[:] = [value.encode() for value in values]
    else:
        numbers = [float(v) if isinstance(v, str) else v for v in values]
        made = np.array(numbers, DTYPES[spec["dtype"]])
    return made.reshape(spec["shape"])


def same(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and math.isnan(one):
        return math.isnan(other)
    return one == other


def normal(line):
    """A line of metrics with its numbers as numbers: 2 is 2.0."""
    return re.sub(r"(?<![\w.])[0-9]+\.?[0-9]*(?![\w.])", lambda m: f"{float(m[0]):g}", line)
