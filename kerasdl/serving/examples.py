"""Bodies of classify and regress requests and responses."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.serving.example_results import classifications, regressions
from kerasdl.serving.predict_request import signature_name_of
from kerasdl.serving.predict_response import float_texts
from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.serving.tensor_values import decode_b64, encode_text, is_b64, json_type, json_value

if TYPE_CHECKING:
    from tensorflow.core.example.feature_pb2 import Feature

_INT64 = range(-(2**63), 2**63)


def read_examples(document: Any, method: str) -> tuple[str, np.ndarray]:
    """Reads the parsed body of a classify or regress request.

    Args:
        document: the parsed JSON.
        method: `"classify"` or `"regress"`, for the message.

    Returns:
        The signature's name, empty for the default one, and serialized
        `tf.train.Example`s, an object array `[n]`; the context comes first in each.

    Raises:
        ServingError: the request is malformed.
    """
    name = signature_name_of(document)
    context = _serialize(document["context"]) if "context" in document else b""
    examples = document.get("examples")
    problem = ""
    if "examples" not in document:
        problem = f"When method is {method}, key 'examples' is expected and was not found"
    elif not isinstance(examples, list):
        problem = "Expecting 'examples' value to be an list/array"
    elif not examples:
        problem = "'examples' value is an empty array"
    if problem:
        raise invalid(f"JSON Value: {json_value(document)} {problem}")
    serialized = np.empty(len(examples), dtype=object)
    for index, example in enumerate(examples):
        # Two serialized messages one after the other are the two merged.
        serialized[index] = context + _serialize(example)
    return name, serialized


def write_classifications(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns pairs of label and score for each example as the body of a response.

    Args:
        outputs: `classes`, `scores` or both.

    Raises:
        ServingError: they do not fit, or there is no example.
    """
    labels, scores = classifications(outputs)
    if not len(labels):
        raise invalid("Cannot convert empty ClassificationResults to JSON")
    words, numbers = map(json.dumps, labels.ravel()), float_texts(scores)
    pairs = [f"[{word}, {number}]" for word, number in zip(words, numbers, strict=True)]
    count, width = labels.shape
    rows = [f"[{', '.join(pairs[i * width : (i + 1) * width])}]" for i in range(count)]
    return f'{{"results": [{", ".join(rows)}]}}'.encode()


def write_regressions(outputs: Mapping[str, np.ndarray]) -> bytes:
    """Returns a number for each example as the body of a response.

    Args:
        outputs: `outputs`.

    Raises:
        ServingError: they do not fit, or there is no example.
    """
    values = regressions(outputs)
    if not len(values):
        raise invalid("Cannot convert empty RegressionResults to JSON")
    return f'{{"results": [{", ".join(float_texts(values))}]}}'.encode()


def _serialize(value: Any) -> bytes:
    from tensorflow.core.example.example_pb2 import Example

    if not isinstance(value, dict):
        raise invalid(f"Example must be JSON object but got JSON {json_type(value)}")
    example = Example()
    for name, feature in value.items():
        _fill(example.features.feature[encode_text(name).decode()], name, feature)
    return example.SerializeToString()


def _fill(feature: "Feature", name: str, value: Any) -> None:
    values = value if isinstance(value, list) else [value]
    kinds = [_kind(name, item) for item in values]
    for item, kind in zip(values, kinds, strict=True):
        if kind != kinds[0]:
            raise invalid(f"Unexpected element type in feature: {name} expecting type: {kinds[0]}")
        if kind == "bytes":
            data = decode_b64(item) if is_b64(item) else encode_text(item)
            feature.bytes_list.value.append(data)
        elif kind == "float":
            feature.float_list.value.append(item)
        else:
            feature.int64_list.value.append(int(item))


def _kind(name: str, item: Any) -> str:
    if isinstance(item, str) or is_b64(item):
        return "bytes"
    if isinstance(item, float):
        return "float"
    if isinstance(item, bool):
        return "int64"
    if isinstance(item, int):
        if item not in _INT64:
            raise ServingError(
                "INVALID_ARGUMENT",
                f"Feature: {name} has element with unexpected value: {item}. "
                "Only int64_t is supported.",
            )
        return "int64"
    raise invalid(f"Feature: {name} has element with unexpected JSON type: {json_type(item)}")
