"""Between NumPy and the backend's tensors."""

from typing import Any

import keras
import numpy as np


def to_tensors(value: Any) -> Any:
    """Arrays to tensors of the same dtype; everything else stays."""
    if isinstance(value, list):
        return [to_tensors(leaf) for leaf in value]
    if isinstance(value, np.ndarray):
        return keras.ops.convert_to_tensor(value, dtype=value.dtype.name)
    return value


def to_numpy(value: Any) -> np.ndarray:
    """A tensor as a NumPy array; half precisions, for which NumPy has no arithmetic, as float32."""
    if isinstance(value, keras.Variable):
        value = value.value
    if keras.backend.backend() == "tensorflow" and hasattr(value, "numpy"):
        array = value.numpy()  # Keras's conversion of variables makes NumPy warn
    else:
        array = keras.ops.convert_to_numpy(value)
    return array.astype("float32") if array.dtype.name in ("float16", "bfloat16") else array


def outputs_of(structure: Any) -> list[Any]:
    """The tensors in a layer's outputs, in order."""
    return [leaf for leaf in keras.tree.flatten(structure) if leaf is not None]


def is_float(value: Any) -> bool:
    """Whether an array or tensor holds floating-point numbers."""
    return "float" in keras.backend.standardize_dtype(value.dtype)
