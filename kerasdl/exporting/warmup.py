"""Requests that TensorFlow Serving answers to itself before it serves a model."""

from pathlib import Path
from typing import TYPE_CHECKING

from kerasdl.exporting.signature import Arrays

if TYPE_CHECKING:
    from collections.abc import Iterable

WARMUP_FILE = "tf_serving_warmup_requests"


def write_warmup_requests(path: Path, requests: "Iterable[tuple[str, Arrays]]") -> None:
    """Writes the warm-up file of a SavedModel.

    The first request to a model pays for memory and for compiling; with this file a
    server pays before it takes the version into service.

    Args:
        path: the file, `<version>/assets.extra/tf_serving_warmup_requests`.
        requests: pairs of a signature's name and its inputs.
    """
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as writer:
        for signature_name, inputs in requests:
            writer.write(_prediction_log(signature_name, inputs))


def _prediction_log(signature_name: str, inputs: Arrays) -> bytes:
    """A serialized `tensorflow.serving.PredictionLog` with one predict request.

    Four nested messages, put together by hand: their generated code comes with
    tensorflow-serving-api alone, which an export should not need. The model's name is
    left empty; a server takes the request for the model whose folder it lies in.
    """
    import tensorflow as tf

    model_spec = _field(3, signature_name.encode())
    request = _field(1, model_spec)
    for name, value in inputs.items():
        tensor = tf.make_tensor_proto(value).SerializeToString()
        request += _field(2, _field(1, name.encode()) + _field(2, tensor))
    return _field(6, _field(1, request))


def _field(number: int, content: bytes) -> bytes:
    """A length-delimited field of a protocol buffer."""
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
