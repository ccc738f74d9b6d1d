"""The first requests to a model, which pay for memory and for compiling."""

import logging

from kerasdl.exporting.extra_files import EXTRA_FOLDER
from kerasdl.exporting.warmup import WARMUP_FILE
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.predict_request import DEFAULT_SIGNATURE
from kerasdl.serving.protos import parse_proto

logger = logging.getLogger("kerasdl.serving")

# TensorFlow Serving replays no more either.
_MOST_REQUESTS = 1000


def warm_up(model: LoadedModel) -> int:
    """Asks a model what its warm-up file asks; returns how many requests it answered.

    The file is TensorFlow Serving's, and exports of this package have one. What is wrong
    with it is reported, and the model is served all the same.

    Args:
        model: one that takes no requests yet.
    """
    import tensorflow as tf
    from tensorflow.core.framework.tensor_pb2 import TensorProto

    file = model.path / EXTRA_FOLDER / WARMUP_FILE
    if not file.is_file():
        return 0
    answered = 0
    try:
        for record in tf.data.TFRecordDataset(str(file)).take(_MOST_REQUESTS).as_numpy_iterator():
            request = parse_proto(record, "PredictionLog").predict_log.request
            inputs = {
                tensor.key: tf.make_ndarray(TensorProto.FromString(tensor.value))
                for tensor in request.inputs
            }
            model.run(request.model_spec.signature_name or DEFAULT_SIGNATURE, inputs)
            answered += 1
    except Exception as error:  # of any kind: the file may hold anything
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        logger.warning("%s is not replayed: %s", file, reason)
    return answered
