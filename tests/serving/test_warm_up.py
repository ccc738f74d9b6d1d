"""A warm-up file is replayed before a version takes requests."""

import logging

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from kerasdl.exporting.warmup import write_warmup_requests
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.warm_up import warm_up


@pytest.fixture
def model(half_plus_two, tmp_path):
    folder = half_plus_two(tmp_path / "half" / "1")
    (folder / "assets.extra").mkdir()
    model = LoadedModel(folder)
    yield model
    model.close()


def file_of(model):
    return model.path / "assets.extra" / "tf_serving_warmup_requests"


def test_our_own_file(model):
    requests = [
        ("serving_default", {"x": np.ones(3, np.float32)}),
        ("add", {"a": np.ones((1, 2), np.float32), "b": np.ones((1, 2), np.float32)}),
    ]
    write_warmup_requests(file_of(model), requests)
    assert warm_up(model) == 2


def test_a_file_of_tensorflow_serving(model):
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "whatever"
    request.model_spec.version.value = 3
    request.inputs["x"].CopyFrom(tf.make_tensor_proto([1.0]))
    log = prediction_log_pb2.PredictionLog(predict_log={"request": request})
    with tf.io.TFRecordWriter(str(file_of(model))) as writer:
        writer.write(log.SerializeToString())
    assert warm_up(model) == 1


def test_a_tensor_that_is_none_is_reported(model, caplog):
    request = predict_pb2.PredictRequest()
    request.inputs["x"].dtype = 1
    request.inputs["x"].tensor_content = b"odd"
    log = prediction_log_pb2.PredictionLog(predict_log={"request": request})
    with tf.io.TFRecordWriter(str(file_of(model))) as writer:
        writer.write(log.SerializeToString())
    assert warm_up(model) == 0
    assert "is not replayed: buffer size must be a multiple" in caplog.text


def test_no_file(model):
    assert warm_up(model) == 0


@pytest.mark.parametrize(
    ("records", "answered", "reason"),
    [
        ([("serving_default", {"z": np.ones(1, np.float32)})], 0, "'x'"),
        ([("no", {})], 0, "not found in signature def"),
        (b"\xff" * 40, 0, "corrupted record"),
    ],
)
def test_a_file_that_is_wrong_is_reported(model, caplog, records, answered, reason):
    if isinstance(records, bytes):
        file_of(model).write_bytes(records)
    else:
        write_warmup_requests(file_of(model), records)
    with caplog.at_level(logging.WARNING, "kerasdl.serving"):
        assert warm_up(model) == answered
    (record,) = caplog.records
    assert "tf_serving_warmup_requests is not replayed: " in record.getMessage()
    assert reason in record.getMessage()
