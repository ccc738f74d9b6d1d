"""One version of a model in memory, ready to be asked."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.serving.signature_info import SignatureInfo, TensorInfo

# Signatures that TensorFlow keeps for itself.
_INTERNAL = "__saved_model_"


class LoadedModel:
    """A SavedModel in a session of its own.

    A session, as in TensorFlow Serving: it takes tensors of any shape that the graph can
    compute, where `tf.saved_model.load` insists on the shapes of the signature; and a
    call costs less than that of a `tf.function`.

    Args:
        path: the folder that holds `saved_model.pb`.

    Raises:
        ServingError: it cannot be loaded.
    """

    def __init__(self, path: Path) -> None:
        import tensorflow as tf

        # The function behind `tf.compat.v1.saved_model.load`, without its note on deprecation.
        from tensorflow.python.saved_model.loader_impl import SavedModelLoader

        self.path = path
        self._users = 0
        self._free = threading.Condition()
        self._session = tf.compat.v1.Session(graph=tf.Graph())
        try:
            loader = SavedModelLoader(str(path))
            self._meta_graph = loader.load(self._session, [tf.saved_model.SERVING])
            self.signatures = {
                name: SignatureInfo(_infos(definition.inputs), _infos(definition.outputs))
                for name, definition in self._meta_graph.signature_def.items()
                if not name.startswith(_INTERNAL)
            }
            self._calls = {name: self._callable(info) for name, info in self.signatures.items()}
        except Exception as error:  # of any kind: the files may hold anything
            self._session.close()
            raise ServingError("UNKNOWN", f"cannot load {path}: {_reason(error)}") from None

    def signature(self, name: str) -> SignatureInfo:
        """Returns a signature.

        Raises:
            ServingError: there is none of that name.
        """
        if name not in self.signatures:
            raise invalid(f'Serving signature name: "{name}" not found in signature def')
        return self.signatures[name]

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Computes a signature. Any thread may call it, several at a time.

        Args:
            signature_name: which.
            inputs: an array for each of its inputs.

        Raises:
            ServingError: the graph refuses the inputs.
        """
        import tensorflow as tf

        info = self.signature(signature_name)
        try:
            values = self._calls[signature_name](*(inputs[name] for name in info.inputs))
        except tf.errors.OpError as error:
            raise ServingError(_code_name(error), str(error.message).splitlines()[0]) from None
        except (TypeError, ValueError) as error:
            raise invalid(str(error).splitlines()[0]) from None
        return dict(zip(info.outputs, map(_array, values), strict=True))

    def metadata(self) -> dict[str, Any]:
        """Returns the signatures as TensorFlow Serving's metadata call tells them."""
        from google.protobuf.json_format import MessageToDict

        return {
            "signature_def": {
                "signature_def": {
                    name: MessageToDict(
                        definition,
                        preserving_proto_field_name=True,
                        always_print_fields_with_no_presence=True,
                    )
                    for name, definition in self.signature_definitions()
                }
            }
        }

    def signature_definitions(self) -> Iterator[tuple[str, Any]]:
        """Returns name and protocol buffer of each signature."""
        yield from self._meta_graph.signature_def.items()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keeps the model open for the time of a request."""
        with self._free:
            self._users += 1
        try:
            yield
        finally:
            with self._free:
                self._users -= 1
                self._free.notify_all()

    def close(self, timeout: float | None = None) -> None:
        """Waits for the requests that are under way, and frees the memory.

        Args:
            timeout: wait no longer than so many seconds.
        """
        with self._free:
            self._free.wait_for(lambda: not self._users, timeout)
        self._session.close()

    def _callable(self, info: SignatureInfo) -> Any:
        from tensorflow.core.protobuf.config_pb2 import CallableOptions, RunOptions

        options = CallableOptions(
            feed=[tensor.tensor for tensor in info.inputs.values()],
            fetch=[tensor.tensor for tensor in info.outputs.values()],
            # In the thread that calls: several requests or batches are computed at a time, and
            # to hand each operation to another thread costs more than a small model does.
            # Large operations still share their work among the processors.
            run_options=RunOptions(inter_op_thread_pool=-1),
        )
        # The public `make_callable` goes through `run`, which looks at every name and
        # shape again: more time than a small model takes.
        return self._session._make_callable_from_options(options)


def _reason(error: Exception) -> str:
    """The line of an error that says what is wrong: the first, or that before the node."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    for line, following in pairwise(lines):
        if following.startswith("[[{{node"):
            return line
    return lines[0] if lines else type(error).__name__


def _infos(tensors: Any) -> dict[str, TensorInfo]:
    from tensorflow.core.framework import types_pb2

    infos = {}
    # Sorted, because a map of a protocol buffer has an order of its own in each process.
    for name, tensor in sorted(tensors.items()):
        shape = None
        if not tensor.tensor_shape.unknown_rank:
            shape = tuple(None if dim.size < 0 else dim.size for dim in tensor.tensor_shape.dim)
        infos[name] = TensorInfo(types_pb2.DataType.Name(tensor.dtype), shape, tensor.name)
    return infos


def _array(value: Any) -> Any:
    """A session's answer, which is bare where it is a single string."""
    return np.array(value, object) if isinstance(value, bytes) else value


def _code_name(error: Any) -> str:
    from tensorflow.core.protobuf.error_codes_pb2 import Code

    return Code.Name(error.error_code)
