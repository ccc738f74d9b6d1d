"""The gRPC services, asked by TensorFlow Serving's own client stubs."""

import asyncio

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from kerasdl.serving.grpc_server import grpc_server
from kerasdl.user_error import UserError


@pytest.fixture
def send(app):
    """Asks a server that lives as long as the call."""

    def run(method, request, service="prediction"):
        async def talk():
            stubs = {
                "prediction": prediction_service_pb2_grpc.PredictionServiceStub,
                "model": model_service_pb2_grpc.ModelServiceStub,
            }
            async with (
                grpc_server(app.engine, "127.0.0.1", 0) as port,
                grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel,
            ):
                return await getattr(stubs[service](channel), method)(request, timeout=60)

        return asyncio.run(talk())

    return run


def predict_request(values=(3.0, 4.0), name="half", signature="", **inputs):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in (inputs or {"x": np.array(values, np.float32)}).items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request


def test_predict(send):
    response = send("Predict", predict_request())
    np.testing.assert_array_equal(tf.make_ndarray(response.outputs["y"]), [3.5, 4.0])
    spec = response.model_spec
    assert (spec.name, spec.version.value, spec.signature_name) == ("half", 123, "serving_default")


def test_outputs_can_be_chosen(send):
    pair = np.array([[1, 2]], np.float32)
    request = predict_request(signature="add", a=pair, b=pair)
    assert set(send("Predict", request).outputs) == {"sum", "mean"}
    request.output_filter.append("sum")
    response = send("Predict", request)
    assert list(response.outputs) == ["sum"]
    np.testing.assert_array_equal(tf.make_ndarray(response.outputs["sum"]), [[2, 4]])


def examples(request, *values):
    request.model_spec.name = "half"
    for value in values:
        example = request.input.example_list.examples.add()
        example.features.feature["x"].float_list.value.append(value)
    return request


def test_classify_and_regress(send):
    request = examples(classification_pb2.ClassificationRequest(), 10.0, 0.0)
    request.model_spec.signature_name = "classify_x_to_y"
    result = send("Classify", request).result
    assert [[one.score for one in row.classes] for row in result.classifications] == [[7], [2]]
    request = examples(regression_pb2.RegressionRequest(), 80.0)
    request.model_spec.signature_name = "regress_x_to_y"
    request.model_spec.version_label = "stable"
    assert [one.value for one in send("Regress", request).result.regressions] == [42]


@pytest.mark.parametrize(
    ("method", "request_", "outputs", "message"),
    [
        (
            "Classify",
            classification_pb2.ClassificationRequest(),
            {"scores": np.zeros(1, np.float32)},
            r"one shape \[batch, classes\]; received \[\(1,\)\]",
        ),
        (
            "Regress",
            regression_pb2.RegressionRequest(),
            {"outputs": np.zeros((1, 3), np.float32)},
            r"\[batch\] or \[batch, 1\]; received \(1, 3\)",
        ),
    ],
)
def test_results_of_another_shape(app, send, monkeypatch, method, request_, outputs, message):
    async def run(*arguments, **options):
        return outputs

    monkeypatch.setattr(app.engine, "run", run)
    request_.model_spec.signature_name = f"{method.lower()}_x_to_y"
    with pytest.raises(grpc.aio.AioRpcError, match=message) as caught:
        send(method, examples(request_, 1.0))
    assert caught.value.code().name == "INVALID_ARGUMENT"


def test_an_error_that_nobody_foresaw(app, send, monkeypatch, caplog):
    async def run(*arguments, **options):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(app.engine, "run", run)
    with pytest.raises(grpc.aio.AioRpcError, match="its log says how") as caught:
        send("Predict", predict_request())
    assert caught.value.code().name == "INTERNAL"
    assert "A request failed: ZeroDivisionError: by zero" in caplog.messages


def test_a_context_belongs_to_every_example(send):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "half"
    request.model_spec.signature_name = "regress_x_to_y"
    given = request.input.example_list_with_context
    given.context.features.feature["x"].float_list.value.append(4.0)
    given.examples.add()
    given.examples.add()
    assert [one.value for one in send("Regress", request).result.regressions] == [4, 4]


def test_metadata_and_status(send):
    request = get_model_metadata_pb2.GetModelMetadataRequest()
    request.model_spec.name = "half"
    request.metadata_field.append("signature_def")
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert send("GetModelMetadata", request).metadata["signature_def"].Unpack(signatures)
    assert set(signatures.signature_def) >= {"serving_default", "add"}
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "half"
    (status,) = send("GetModelStatus", request, "model").model_version_status
    assert (status.version, status.state) == (
        123,
        get_model_status_pb2.ModelVersionStatus.AVAILABLE,
    )


def unknown_output():
    request = predict_request()
    request.output_filter.append("z")
    return request


def malformed(**fields):
    request = predict_request()
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0, 2.0, 3.0]))
    for name, value in fields.items():
        setattr(request.inputs["x"], name, value)
    return request


def twice():
    request = predict_request()
    request.output_filter.extend(["y", "y"])
    return request


@pytest.mark.parametrize(
    ("method", "request_", "code", "message"),
    [
        ("Predict", predict_request(name="no"), "NOT_FOUND", r"Latest\(no\)"),
        (
            "Predict",
            predict_request(signature="no"),
            "FAILED_PRECONDITION",
            'Serving signature key "no" not found',
        ),
        ("Predict", predict_request(z=1.0), "INVALID_ARGUMENT", r"1!=1 len\({z}\) != len\({x}\)"),
        ("Predict", unknown_output(), "INVALID_ARGUMENT", "alias not found in signature: z"),
        ("Predict", twice(), "INVALID_ARGUMENT", "duplicate output tensor alias: y"),
        ("Predict", malformed(tensor_content=b"abcd"), "INVALID_ARGUMENT", "Input x is no tensor"),
        ("Predict", malformed(dtype=0), "INVALID_ARGUMENT", "Input x is no tensor: "),
        (
            "Classify",
            examples(classification_pb2.ClassificationRequest(), 1.0),
            "INVALID_ARGUMENT",
            "serving_default cannot classify",
        ),
        (
            "GetModelMetadata",
            get_model_metadata_pb2.GetModelMetadataRequest(
                model_spec={"name": "half"}, metadata_field=["x"]
            ),
            "INVALID_ARGUMENT",
            "not supported",
        ),
    ],
)
def test_requests_that_are_wrong(send, method, request_, code, message):
    with pytest.raises(grpc.aio.AioRpcError, match=message) as caught:
        send(method, request_)
    assert caught.value.code().name == code


@pytest.mark.parametrize("kind", ["", "example_list", "example_list_with_context"])
def test_no_examples(send, kind):
    request = regression_pb2.RegressionRequest()
    request.model_spec.name = "half"
    request.model_spec.signature_name = "regress_x_to_y"
    if kind:
        getattr(request.input, kind).SetInParent()
    with pytest.raises(grpc.aio.AioRpcError, match="Input is empty"):
        send("Regress", request)


def test_what_the_model_service_refuses(send):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = "no"
    with pytest.raises(grpc.aio.AioRpcError, match="Could not find any versions of model no"):
        send("GetModelStatus", request, "model")
    request = model_management_pb2.ReloadConfigRequest()
    with pytest.raises(grpc.aio.AioRpcError, match="those of the folder that is served"):
        send("HandleReloadConfigRequest", request, "model")


def test_an_address_of_ipv6_is_told_from_its_port(app):
    async def listen():
        async with grpc_server(app.engine, "2001:db8::1", 8500):  # an address that nobody has
            pass

    with pytest.raises(UserError, match=r"Cannot listen at \[2001:db8::1\]:8500 for gRPC"):
        asyncio.run(listen())


def test_a_port_that_is_taken(app):
    async def both():
        async with (
            grpc_server(app.engine, "127.0.0.1", 0) as port,
            grpc_server(app.engine, "127.0.0.1", port),
        ):
            pass

    with pytest.raises(UserError, match=r"Cannot listen at 127.0.0.1:.* for gRPC"):
        asyncio.run(both())
