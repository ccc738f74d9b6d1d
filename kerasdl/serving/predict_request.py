"""The body of a predict request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasdl.serving.json_text import parse
from kerasdl.serving.plain_request import read_plain_request
from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo
from kerasdl.serving.tensor_values import from_numbers, is_b64, json_value, to_tensor

DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True)
class PredictRequest:
    """What a client asks a model.

    Args:
        signature_name: which signature; empty for the default one.
        row: whether inputs came example by example (`instances`), not input by
            input (`inputs`); the answer has the same form.
        tensors: the inputs by name.
    """

    signature_name: str
    row: bool
    tensors: dict[str, np.ndarray]


def signature_name_of(document: Any) -> str:
    """Returns the name of the signature that a document asks for, empty for the default.

    Raises:
        ServingError: the document is no object, or the name is no string.
    """
    if not isinstance(document, dict):
        raise invalid(f"JSON Value: {json_value(document)} Is not object")
    name = document.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {json_value(document)} not formatted correctly. "
            "'signature_name' key must be a string value."
        )
    return name


def read_predict_request(
    body: bytes, find_signature: Callable[[str], SignatureInfo]
) -> PredictRequest:
    """Reads the body of a predict request.

    Args:
        body: JSON.
        find_signature: from a name to the signature; raises for an unknown one.

    Raises:
        ServingError: the request is malformed, or does not fit the signature.
    """
    return _read_plain(body, find_signature) or _read_document(parse(body), find_signature)


def _read_plain(
    body: bytes, find_signature: Callable[[str], SignatureInfo]
) -> PredictRequest | None:
    plain = read_plain_request(body)
    if plain is None:
        return None
    inputs = find_signature(plain.signature_name or DEFAULT_SIGNATURE).inputs
    if len(inputs) != 1:
        return None
    ((name, info),) = inputs.items()
    tensor = from_numbers(plain.numbers, info.dtype)
    if tensor is None or plain.input_name not in (None, name):
        return None
    return PredictRequest(plain.signature_name, plain.row, {name: tensor})


def _read_document(document: Any, find_signature: Callable[[str], SignatureInfo]) -> PredictRequest:
    name = signature_name_of(document)
    inputs = find_signature(name or DEFAULT_SIGNATURE).inputs
    if not inputs:
        raise invalid(f"Failed to get input map for signature: {name or 'DEFAULT'}")
    if "instances" in document:
        problem = ""
        if "inputs" in document:
            problem = "Not formatted correctly expecting only one of 'inputs' or 'instances' keys"
        elif not isinstance(document["instances"], list):
            problem = "Expecting 'instances' to be an list/array"
        elif not document["instances"]:
            problem = "No values in 'instances' array"
        if problem:
            raise invalid(f"JSON Value: {json_value(document)} {problem}")
        return PredictRequest(name, True, _read_rows(document["instances"], inputs))
    if "inputs" in document:
        return PredictRequest(name, False, _read_columns(document["inputs"], inputs))
    raise invalid("Missing 'inputs' or 'instances' key")


def _read_columns(value: Any, inputs: Mapping[str, TensorInfo]) -> dict[str, np.ndarray]:
    if not isinstance(value, dict) or is_b64(value):
        if len(inputs) > 1:
            raise invalid(
                "inputs is a plain value/list, but expecting an object as multiple input tensors "
                "required as per tensorinfo_map"
            )
        return {name: to_tensor(value, info.dtype) for name, info in inputs.items()}
    tensors = {}
    for name, info in inputs.items():
        if name not in value:
            raise invalid(f"Missing named input: {name} in 'inputs' object.")
        tensors[name] = to_tensor(value[name], info.dtype)
    return tensors


def _read_rows(instances: list[Any], inputs: Mapping[str, TensorInfo]) -> dict[str, np.ndarray]:
    named = _is_named(instances[0])
    for position, instance in enumerate(instances):
        if _is_named(instance) is not named:
            found = "list" if named else "object"
            wanted = "object" if named else "value/list"
            raise invalid(f"Expecting {wanted} but got {found} at item {position} of input list")
    if not named:
        if len(inputs) > 1:
            raise invalid(
                "instances is a plain list, but expecting list of objects as multiple input "
                "tensors required as per tensorinfo_map"
            )
        return {name: _stack(instances, info.dtype, "") for name, info in inputs.items()}
    for position, instance in enumerate(instances):
        _check_keys(instance, inputs, position)
    return {
        name: _stack([instance[name] for instance in instances], info.dtype, f"key: {name} ")
        for name, info in inputs.items()
    }


def _is_named(instance: Any) -> bool:
    return isinstance(instance, dict) and not is_b64(instance)


def _check_keys(
    instance: Mapping[str, Any], inputs: Mapping[str, TensorInfo], position: int
) -> None:
    if instance.keys() == inputs.keys():
        return
    unknown = next((name for name in instance if name not in inputs), None)
    if unknown is not None:
        message = f"JSON object: does not have named input: {unknown}"
        raise _in_element(invalid(message), position, f"key: {unknown} ")
    raise invalid(
        f"Failed to process element: {position} of 'instances' list. JSON object: "
        f"{json_value(instance)} keys must be equal to: {','.join(inputs)}"
    )


def _stack(values: list[Any], dtype: str, key: str) -> np.ndarray:
    """All elements in one conversion; only if that fails, one by one to find the culprit."""
    try:
        return to_tensor(values, dtype)
    except ServingError:
        pass
    first = None
    for position, value in enumerate(values):
        try:
            tensor = to_tensor(value, dtype)
            if first is None:
                first = tensor
            if tensor.size != first.size:
                raise invalid(f"Expecting tensor size: {first.size} but got: {tensor.size}")
            if tensor.shape != first.shape:
                raise invalid(f"Expecting shape {_shape(first)} but got: {_shape(tensor)}")
        except ServingError as error:
            raise _in_element(error, position, key) from None
    raise invalid("Failed to process 'instances' list")


def _in_element(error: ServingError, position: int, key: str) -> ServingError:
    return invalid(
        f"Failed to process element: {position} {key}of 'instances' list. "
        f"Error: {error.code}: {error.message}"
    )


def _shape(tensor: np.ndarray) -> str:
    return f"[{','.join(map(str, tensor.shape))}]"
