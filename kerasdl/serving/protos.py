"""Messages of TensorFlow Serving that its own Python package has not, or has with all the rest.

`tensorflow-serving-api` comes with the extra `grpc`, and lacks the batching parameters.
Only the fields that mean something here are named; others are errors when read as text,
and skipped when read as bytes.
"""

import functools
from pathlib import Path
from typing import Any

from kerasdl.user_error import UserError

# Message -> field -> (number, type); a star marks a field that may be repeated.
_SCHEMA: dict[str, dict[str, tuple[int, str]]] = {
    "Int64Value": {"value": (1, "int64")},
    "StringValue": {"value": (1, "string")},
    "BatchingParameters": {
        "max_batch_size": (1, "Int64Value"),
        "batch_timeout_micros": (2, "Int64Value"),
        "max_enqueued_batches": (3, "Int64Value"),
        "num_batch_threads": (4, "Int64Value"),
        "thread_pool_name": (5, "StringValue"),
        "allowed_batch_sizes": (6, "int64*"),
    },
    "Latest": {"num_versions": (1, "uint32")},
    "All": {},
    "Specific": {"versions": (1, "int64*")},
    "ServableVersionPolicy": {
        "latest": (100, "Latest"),
        "all": (101, "All"),
        "specific": (102, "Specific"),
    },
    "VersionLabel": {"key": (1, "string"), "value": (2, "int64")},
    "ModelConfig": {
        "name": (1, "string"),
        "base_path": (2, "string"),
        "model_platform": (4, "string"),
        "model_version_policy": (7, "ServableVersionPolicy"),
        "version_labels": (8, "VersionLabel*"),
    },
    "ModelConfigList": {"config": (1, "ModelConfig*")},
    "ModelServerConfig": {"model_config_list": (1, "ModelConfigList")},
    "ModelSpec": {"signature_name": (3, "string")},
    "NamedTensor": {"key": (1, "string"), "value": (2, "bytes")},
    "PredictRequest": {"model_spec": (1, "ModelSpec"), "inputs": (2, "NamedTensor*")},
    "PredictLog": {"request": (1, "PredictRequest")},
    "PredictionLog": {"predict_log": (6, "PredictLog")},
}
_PACKAGE = "tensorflow.serving"


def read_text_proto(path: Path, message: str) -> Any:
    """Returns a message that a file holds in text form.

    Args:
        path: the file.
        message: `"BatchingParameters"` or `"ModelServerConfig"`.

    Raises:
        UserError: the file cannot be read, or holds something else.
    """
    from google.protobuf import text_format

    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), _messages()[message]())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"Cannot read {path}: {error}.") from None
    except text_format.ParseError as error:
        raise UserError(f"{path} is no {_PACKAGE}.{message} in text form: {error}") from None


def parse_proto(data: bytes, message: str) -> Any:
    """Returns a message from its bytes; raises `google.protobuf.message.DecodeError`."""
    return _messages()[message].FromString(data)


@functools.cache
def _messages() -> dict[str, Any]:
    from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
    from google.protobuf.descriptor_pool import DescriptorPool
    from google.protobuf.message_factory import GetMessageClass

    file = FileDescriptorProto(name="serving.proto", package=_PACKAGE, syntax="proto2")
    for message, fields in _SCHEMA.items():
        definition = file.message_type.add(name=message)
        for name, (number, kind) in fields.items():
            field = definition.field.add(name=name, number=number)
            repeated, kind = kind.endswith("*"), kind.removesuffix("*")
            field.label = getattr(field, "LABEL_REPEATED" if repeated else "LABEL_OPTIONAL")
            if kind in _SCHEMA:
                field.type_name = f".{_PACKAGE}.{kind}"
                field.type = FieldDescriptorProto.TYPE_MESSAGE
            else:
                field.type = getattr(field, f"TYPE_{kind.upper()}")
    # A pool of its own: the real messages may be in the other one.
    pool = DescriptorPool()
    pool.Add(file)
    return {
        name: GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _SCHEMA
    }
