"""What is printed at the start: lines that work."""

import json
import shlex

import pytest
import tensorflow as tf

from kerasdl.serving import ModelRegistry, ServingApp
from kerasdl.serving.usage import usage_lines


@pytest.fixture
def lines_of():
    registries = []

    def run(path, host="127.0.0.1", grpc_port=None):
        registries.append(ModelRegistry(path, poll_seconds=0))
        registries[-1].start()
        return list(usage_lines(registries[-1], host, 8501, grpc_port)), registries[-1]

    yield run
    for registry in registries:
        registry.close()


def curls(lines):
    return [shlex.split(line)[1:] for line in lines if line.strip().startswith("curl ")]


def test_every_curl_line_of_any_model_is_answered(half_plus_two, tmp_path, lines_of, ask):
    half_plus_two(tmp_path / "a model" / "1")
    lines, registry = lines_of(tmp_path)
    app = ServingApp(registry)
    asked = {}
    for url, *options in curls(lines):
        path = url.removeprefix("http://127.0.0.1:8501")
        method, body = ("POST", options[1]) if options else ("GET", "")
        answer = ask(app, method, path, body)
        assert answer.status == 200
        if body:
            asked[json.loads(body)["signature_name"]] = answer.json
    # An empty string is an example without its feature, which these two refuse: for them the
    # line is that of the metadata.
    assert asked == {
        "serving_default": {"outputs": 2.0},
        "add": {"outputs": {"sum": [[0.0, 0.0]], "mean": 0.0}},
    }
    assert sum(line.endswith("/v1/models/a%20model/metadata") for line in lines) == 2


def test_an_export_brings_requests_of_its_own(half_plus_two, tmp_path, lines_of):
    extra = half_plus_two(tmp_path / "half" / "1") / "assets.extra"
    extra.mkdir()
    request = extra / "sample_request_add.json"
    request.write_text('{"signature_name": "add", "inputs": {"a": [[1, 2]], "b": [[3, 4]]}}')
    # What the server refuses is no line to be pasted.
    refused = extra / "sample_request.json"
    refused.write_text('{"instances": ["no number"]}')
    (extra / "sample_request_broken.json").write_text("{")
    (extra / "sample_request_list.json").write_text("[]")
    lines, _ = lines_of(tmp_path)
    assert f"    curl http://127.0.0.1:8501/v1/models/half:predict -d @{request}" in lines
    assert str(refused) not in "\n".join(lines)


def test_a_request_that_is_too_long_is_not_printed(tmp_path, lines_of):
    module = tf.Module()
    spec = tf.TensorSpec([None, 50, 50], tf.float32, "image")
    module.f = tf.function(lambda image: {"y": image}, input_signature=[spec], autograph=False)
    tf.saved_model.save(module, str(tmp_path / "large" / "1"), {"serving_default": module.f})
    lines, _ = lines_of(tmp_path)
    assert "    curl http://127.0.0.1:8501/v1/models/large/metadata" in lines


def test_the_docker_line_mounts_what_is_served(half_plus_two, tmp_path, lines_of):
    version = half_plus_two(tmp_path / "models" / "half" / "7")
    unversioned = half_plus_two(tmp_path / "models" / "plain")
    for path, mount in (
        (version.parents[1], f"{version.parent}:/models/half"),
        (version.parent, f"{version.parent}:/models/half"),
        (version, f"{version}:/models/half/7"),
        (unversioned, f"{unversioned}:/models/plain/1"),
    ):
        name = mount.split("/models/")[-1].split("/")[0]
        lines, _ = lines_of(path)
        assert (
            f"  docker run -p 8501:8501 -v {mount} -e MODEL_NAME={name} tensorflow/serving" in lines
        )


def test_addresses_and_models_that_cannot_be_served(half_plus_two, tmp_path, lines_of):
    half_plus_two(tmp_path / "half" / "1")
    (half_plus_two(tmp_path / "broken" / "1") / "saved_model.pb").write_bytes(b"\xff")
    lines, _ = lines_of(tmp_path, host="0.0.0.0", grpc_port=8500)  # noqa: S104
    assert "broken: no version can be served" in lines
    assert "gRPC at localhost:8500" in lines
    assert lines[-1].startswith("Serving at http://localhost:8501 ")
    lines, _ = lines_of(tmp_path, host="::1", grpc_port=8500)
    assert "gRPC at [::1]:8500" in lines
    assert lines[-1].startswith("Serving at http://[::1]:8501 ")
    assert all("[::1]:8501" in url for url, *_ in curls(lines))
