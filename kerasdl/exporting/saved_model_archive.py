"""The SavedModel itself: traced signatures and variables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.quiet_logs import quiet_logs
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.server_rules import refused_functions

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

# The floats that TensorFlow Serving can write as JSON.
JSON_FLOATS = ("float32", "float64")


def require_tensorflow_backend() -> None:
    """Raises ExportError unless Keras runs on TensorFlow, which alone can write its graphs."""
    import keras

    if keras.backend.backend() != "tensorflow":
        raise ExportError(
            "a SavedModel needs the TensorFlow backend, "
            f"this process runs Keras on {keras.backend.backend()!r}: "
            "load the model in a process with KERAS_BACKEND=tensorflow"
        )


def write_saved_model(servable: Servable, folder: Path) -> dict[str, Any]:
    """Traces a servable's signatures and writes them with the model's variables.

    Returns:
        By signature, the dtypes and shapes of its inputs and outputs, as JSON types.

    Raises:
        ExportError: If a signature cannot be traced, or a server could not run it.
    """
    archive, signatures = _trace(servable)
    with quiet_logs():
        archive.write_out(str(folder), verbose=False)
    refused = refused_functions(folder)
    if refused:
        raise ExportError(
            f"TensorFlow Serving cannot run this model: it holds {', '.join(refused)}"
        )
    return signatures


def _trace(servable: Servable) -> tuple["keras.export.ExportArchive", dict[str, Any]]:
    import keras
    import tensorflow as tf

    archive = keras.export.ExportArchive()
    for resource in (servable.model, *servable.resources):
        archive.track(resource)
    described = {}
    for name, signature in servable.signatures.items():
        # The names of the specs become the names of the inputs.
        inputs = {key: tf.TensorSpec(s.shape, s.dtype, key) for key, s in signature.inputs.items()}
        try:
            function = archive.add_endpoint(name, signature.function, list(inputs.values()))
            outputs = function.get_concrete_function().structured_outputs
        except Exception as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ExportError(f"signature {name!r} cannot be traced: {reason}") from error
        described[name] = {"inputs": _describe(inputs), "outputs": _describe(outputs)}
        for output, spec in outputs.items():
            if spec.dtype.is_floating and spec.dtype.name not in JSON_FLOATS:
                raise ExportError(
                    f"output {output!r} of signature {name!r} is {spec.dtype.name}, "
                    "which cannot be answered over REST: cast it to float32"
                )
    return archive, described


def _describe(specs: "dict[str, tf.TensorSpec]") -> dict[str, Any]:
    return {
        name: {"dtype": spec.dtype.name, "shape": spec.shape.as_list()}
        for name, spec in specs.items()
    }
