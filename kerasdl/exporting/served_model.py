"""A model behind its signatures, wherever it comes from."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kerasdl.exporting.extra_files import EXTRA_FOLDER
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.quiet_logs import quiet_logs
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays
from kerasdl.exporting.versions import find_saved_model

SIGNATURE_FILE = Path(EXTRA_FOLDER, "signature.json")


@dataclass(frozen=True)
class ServedModel:
    """A Keras model or an exported one, to be asked by signature.

    Made by `from_servable` or `from_saved_model`.

    Args:
        kind: What it does: `Servable.kind`.
        ask: From a signature's name and its inputs to its outputs.
        inputs: For each signature the shapes of its inputs, None for what may vary.
        labels: The names of the classes; empty where there are none.
        details: What a reader must know besides.
        files: File name -> text of what is kept beside the model.
    """

    kind: str
    ask: Callable[[str, Arrays], Arrays]
    inputs: Mapping[str, Mapping[str, tuple[int | None, ...]]]
    labels: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_servable(cls, servable: Servable) -> "ServedModel":
        """The Keras model of a `Servable`."""

        def ask(name: str, inputs: Arrays) -> Arrays:
            import tensorflow as tf

            signature = servable.signatures[name]
            specs = signature.inputs.items()
            outputs = signature.function(*(tf.constant(inputs[k], s.dtype) for k, s in specs))
            return {key: value.numpy() for key, value in outputs.items()}

        shapes = {
            name: {key: tuple(spec.shape) for key, spec in signature.inputs.items()}
            for name, signature in servable.signatures.items()
        }
        return cls(servable.kind, ask, shapes, servable.labels, servable.details, servable.files)

    @classmethod
    def from_saved_model(cls, path: str | Path) -> "ServedModel":
        """An exported model, without Keras.

        Args:
            path: A version folder, or a model's folder: its highest version.

        Raises:
            InputError: If there is no model that kerasdl has exported.
        """
        folder = find_saved_model(Path(path))
        description = _read_description(folder)
        import tensorflow as tf

        try:
            with quiet_logs():
                loaded = tf.saved_model.load(str(folder))
            loaded.signatures["serving_default"]  # KeyError without it
        except (OSError, KeyError, ValueError, tf.errors.OpError) as error:
            raise InputError(f"{folder} cannot be loaded: {_first_line(error)}") from error

        def ask(name: str, inputs: Arrays) -> Arrays:
            # Through `loaded`, which keeps the variables alive: a signature alone does not.
            signature = loaded.signatures[name]
            specs = signature.structured_input_signature[1]
            outputs = signature(**{k: tf.constant(inputs[k], s.dtype) for k, s in specs.items()})
            return {key: value.numpy() for key, value in outputs.items()}

        return cls(ask=ask, **description)


def _read_description(folder: Path) -> dict[str, Any]:
    path = folder / SIGNATURE_FILE
    if not path.is_file():
        raise InputError(
            f"{folder} is a SavedModel, but not one that kerasdl exported: "
            f"it has no {SIGNATURE_FILE}"
        )
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        return {
            "kind": description["kind"],
            "labels": tuple(description["labels"]),
            "inputs": {
                name: {key: tuple(spec["shape"]) for key, spec in signature["inputs"].items()}
                for name, signature in description["signatures"].items()
            },
            "details": description.get("details", {}),
            "files": {
                name: (path.parent / name).read_text(encoding="utf-8")
                for name in description.get("files", ())
            },
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{path} cannot be read: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
