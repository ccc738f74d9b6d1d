"""Float32 islands: where half precision would lose the result."""

from typing import Any

import keras
from keras import ops


def at_least_float32(tensor: Any) -> Any:
    """Casts a half-precision or integer tensor to float32; float64 stays float64.

    Sums, exponentials and logarithms need more than the 8 or 11 significant
    bits of bfloat16 and float16. Callers compute on what this returns and cast
    their result back where a layer's compute dtype asks for it.

    Args:
        tensor: Tensor or array of any dtype.

    Returns:
        The tensor as float32, or as float64 if that is what it was.

    Example:

    >>> import numpy as np
    >>> from kerasdl.ops.precision import at_least_float32
    >>> str(at_least_float32(np.ones(2, "float16")).numpy().dtype)
    'float32'
    """
    tensor = ops.convert_to_tensor(tensor)
    if keras.backend.standardize_dtype(tensor.dtype) == "float64":
        return tensor
    return ops.cast(tensor, "float32")
