"""What every runtime can compute of a model: numbers in, numbers out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True)
class NumericCore:
    """One signature of a model, less all that only TensorFlow has: text, encoded images.

    Args:
        signature: The signature's name.
        function: A `tf.function` from the inputs, by position, to named tensors.
        inputs: The name and `tf.TensorSpec` of each input.
        outputs: The names of the outputs.
        sample: Three examples, by input.
        reference: What Keras answers to such inputs.
        source: The signature's own function.
    """

    signature: str
    function: Any
    inputs: "dict[str, tf.TensorSpec]"
    outputs: tuple[str, ...]
    sample: Arrays
    reference: Callable[[Arrays], Arrays]
    source: Any

    def with_batch(self, size: int) -> Any:
        """Returns `function` for batches of one size, traced anew.

        The sizes that are known decide which operations a loop is made of.
        """
        specs = [s.__class__([size, *s.shape[1:]], s.dtype, s.name) for s in self.inputs.values()]
        source = getattr(self.source, "python_function", self.source)
        return _numbers(source, specs, self.outputs)


def numeric_core(servable: Servable, format_name: str) -> NumericCore:
    """Returns the first signature, `serving_default` if it will do, that takes numbers alone.

    Of its outputs those that Keras answers with and that are numbers: not what follows from
    them, such as the class with the highest probability.

    Args:
        servable: A model.
        format_name: What it is for, to be named in errors.

    Raises:
        ExportError: If no signature takes numbers and answers with numbers.
    """
    import tensorflow as tf

    names = sorted(servable.signatures, key="serving_default".__ne__)
    for name in names:
        signature = servable.signatures[name]
        reference = signature.reference
        if name == "serving_default":
            reference = reference or servable.reference
        if reference is None or any(s.dtype == tf.string for s in signature.inputs.values()):
            continue
        sample = signature.request(servable.sample)
        with tf.device("CPU:0"):
            answers = reference(sample)
        outputs = tuple(key for key, value in answers.items() if value.dtype.kind in "biuf")
        if outputs:
            break
    else:
        raise ExportError(
            f"{format_name} holds numbers only, and no signature of this model takes numbers and "
            f"answers with them (it has {', '.join(names)}): export it as saved_model"
        )
    specs = {key: tf.TensorSpec(s.shape, s.dtype, key) for key, s in signature.inputs.items()}
    function = _numbers(signature.function, list(specs.values()), outputs)

    def numbers_of_keras(inputs: Arrays) -> Arrays:
        # On the CPU, as the runtimes: a GPU may round float32 products to 10 bits.
        with tf.device("CPU:0"):
            answers = reference(inputs)
        return {key: _in_float32(np.asarray(answers[key])) for key in outputs}

    return NumericCore(name, function, specs, outputs, sample, numbers_of_keras, signature.function)


def require_distinct_names(core: NumericCore, format_name: str) -> None:
    """Raises ExportError if an output has the name of an input, for formats that know one list."""
    for name in core.outputs:
        if name in core.inputs:
            raise ExportError(
                f"{format_name} cannot tell the output {name!r} from the input of that name: "
                "give one of them another name"
            )


def _numbers(function: Any, specs: list[Any], outputs: tuple[str, ...]) -> Any:
    import tensorflow as tf

    @tf.function(input_signature=specs, autograph=False)
    def numbers(*tensors: Any) -> dict[str, Any]:
        answers = function(*tensors)
        return {
            key: tf.cast(value, tf.float32) if value.dtype.is_floating else value
            for key, value in ((key, answers[key]) for key in outputs)
        }

    return numbers


def _in_float32(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32) if values.dtype.kind == "f" else values
