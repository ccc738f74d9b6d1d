"""The warm-up file, read with TensorFlow Serving's own classes."""

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from kerasdl.exporting.warmup import write_warmup_requests


def read(path):
    records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    return [PredictionLog.FromString(record).predict_log.request for record in records]


def test_requests_come_back(tmp_path):
    image = np.arange(2 * 3 * 300, dtype=np.uint8).reshape(2, 3, 300)
    words = np.array(["ä".encode(), b""], dtype=object)
    requests = [("serving_default", {"image": image}), ("serve_bytes", {"a": words, "b": words})]
    write_warmup_requests(tmp_path / "w", requests)
    first, second = read(tmp_path / "w")
    assert first.model_spec.signature_name == "serving_default"
    np.testing.assert_array_equal(tf.make_ndarray(first.inputs["image"]), image)
    assert set(second.inputs) == {"a", "b"}
    assert tf.make_ndarray(second.inputs["a"]).tolist() == ["ä".encode(), b""]


def test_an_export_warms_every_signature_up(exported):
    requests = read(exported.path / "assets.extra" / "tf_serving_warmup_requests")
    assert {request.model_spec.signature_name for request in requests} == set(
        exported.servable.signatures
    )
    for request in requests:
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
        answer = exported.call(request.model_spec.signature_name, **inputs)
        assert all(len(value) == 1 for value in answer.values())
