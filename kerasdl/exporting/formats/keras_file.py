"""Keras's own file: the model to go on working with."""

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.keras_model import keras_model
from kerasdl.exporting.numeric_core import NumericCore, numeric_core
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.served_model import ServedModel
from kerasdl.exporting.signature import Arrays


class KerasFile:
    """`model.keras`: for Python with Keras, on any of its backends.

    It holds the model itself, not a signature: an image classifier in it answers with
    logits.
    """

    name: ClassVar[str] = "keras"
    file: ClassVar[str] = "model.keras"
    any_precision: ClassVar[bool] = True
    quantize: str | None = None
    tolerance: float | None = None

    def require(self) -> str:
        """Returns the version of Keras."""
        return f"keras {importlib.metadata.version('keras')}"

    def core(self, servable: Servable) -> NumericCore:
        """Returns the model as it is."""
        model, sample = servable.model, servable.sample
        if not getattr(model, "inputs", None):
            return numeric_core(keras_model(_functional(model, sample), sample), self.name)
        shapes = {x.name: x.shape for x in model.inputs}
        # Where a signature takes something else than the model, its sample does not fit.
        fits = sample.keys() == shapes.keys() and all(
            len(shapes[name]) == values.ndim for name, values in sample.items()
        )
        return numeric_core(keras_model(model, sample if fits else None), self.name)

    def write(self, servable: Servable, core: NumericCore, path: Path) -> tuple[str, ...]:
        """Saves the model, with its optimizer if it has one."""
        try:
            servable.model.save(path)
        except (TypeError, ValueError, NotImplementedError) as error:
            reason = f"{type(error).__name__}: {error}".splitlines()[0]
            raise ExportError(f"Keras cannot save this model: {reason}") from error
        return ()

    def load(self, path: Path) -> Callable[[Arrays], Arrays]:
        """Loads the file, with kerasdl's layers registered and nothing compiled."""
        import keras

        import kerasdl.layers  # noqa: F401  (registers what the file names)

        model = keras.saving.load_model(path, compile=False)
        loaded: list[ServedModel] = []

        def ask(inputs: Arrays) -> Arrays:
            if not loaded:
                loaded.append(ServedModel.from_servable(keras_model(_functional(model, inputs))))
            return loaded[0].ask("serving_default", inputs)

        return ask


def _functional(model: Any, inputs: Arrays) -> Any:
    """The model, or a functional one around it if it is of a class of its own."""
    import keras

    if getattr(model, "inputs", None):
        return model
    x = [
        keras.Input(values.shape[1:], dtype=values.dtype.name, name=name)
        for name, values in inputs.items()
    ]
    return keras.Model(x, model(x[0] if len(x) == 1 else x))
