"""What an export is compared with the Keras model on, and how."""

from typing import TYPE_CHECKING

import numpy as np

from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.signature import Arrays

if TYPE_CHECKING:
    import tensorflow as tf

BATCHES = (1, 3)


def comparison_cases(sample: Arrays, inputs: "dict[str, tf.TensorSpec]") -> dict[str, Arrays]:
    """Returns inputs to compare on, by name.

    Batches of 1 and 3 and, where the length of sequences is free, one sequence of half the
    length.

    Args:
        sample: Three examples, by input.
        inputs: The specs of the inputs.
    """
    cases = {
        f"batch of {size}": {name: values[:size] for name, values in sample.items()}
        for size in BATCHES
    }
    half = {
        name: sample[name][:1, : sample[name].shape[1] // 2]
        for name, spec in inputs.items()
        if spec.shape.rank > 1 and spec.shape[1] is None and sample[name].shape[1] > 1
    }
    if half:
        length = next(iter(half.values())).shape[1]
        cases[f"batch of 1, length {length}"] = cases["batch of 1"] | half
    return cases


def differences(
    found: Arrays, expected: Arrays, case: str, tolerance: float, prefix: str = ""
) -> dict[str, float]:
    """Returns by output the largest absolute difference from what Keras answers.

    Words and whole numbers have to be equal, unless the tolerance is infinite.

    Args:
        found: What the export answers.
        expected: What Keras answers.
        case: The name of the inputs, for errors.
        tolerance: The largest difference that is allowed.
        prefix: Of the outputs' names in errors and in the result.

    Raises:
        ExportError: If an output is missing, has another shape, or differs by more.
    """
    by_output = {}
    for output, values in expected.items():
        name, answer = prefix + output, found.get(output)
        if answer is None or answer.shape != values.shape:
            raise ExportError(
                f"the exported {name!r} has shape {None if answer is None else answer.shape} "
                f"for a {case}, expected {values.shape}"
            )
        difference = _difference(answer, values)
        # Whole numbers and words are right or wrong, unless anything goes.
        allowed = tolerance if values.dtype.kind == "f" or tolerance == float("inf") else 0.0
        # Written so that a difference of NaN fails.
        if not difference <= allowed:
            raise ExportError(
                f"the exported {name!r} differs from Keras by {difference:.3g} "
                f"in a {case}, more than the tolerance of {allowed:.4g}"
            )
        by_output[name] = difference
    return by_output


def _difference(found: np.ndarray, expected: np.ndarray) -> float:
    if expected.dtype.kind not in "biuf":
        return 0.0 if np.array_equal(found, expected) else float("inf")
    if not expected.size:
        return 0.0
    return float(np.max(np.abs(found.astype(np.float64) - expected.astype(np.float64))))


def scale(outputs: Arrays) -> float:
    """Returns the largest number among the floats that a model answers with, or 1."""
    floats = [values for values in outputs.values() if values.dtype.kind == "f"]
    return max([1.0, *(float(np.max(np.abs(values), initial=0)) for values in floats)])
