"""Inverted dropout as a function."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_rates
from kerasdl.ops.random import keep_mask


def dropout(
    inputs: Any, rate: float, seed: Any, noise_shape: Sequence[int | None] | None = None
) -> Any:
    """Sets each element to zero with probability `rate` and scales the rest by `1 / (1 - rate)`.

    The scaling keeps every element's expectation as it was, so that nothing has to be
    done at inference ("inverted" dropout). Srivastava et al. (2014), "Dropout: a
    simple way to prevent neural networks from overfitting".

    A dropped element is zero even where the input is inf or NaN, and its gradient
    is zero. The mask is a function of the seed alone and is made again for the
    gradient where that is faster than keeping it; see `kerasdl.ops.keep_mask`.

    Args:
        inputs: Floating-point tensor of any shape.
        rate: Probability of zero, in `[0, 1)`. With 0, the inputs are returned
            and the seed is not used.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape `(2,)`
            as a generator's `next()` gives it. Only a generator gives another
            mask at the next call.
        noise_shape: Shape of the mask, one entry for each dimension of the inputs:
            None for the input's own size, 1 to drop along that dimension all or
            nothing. Default: the shape of the inputs.

    Returns:
        Tensor of the shape and dtype of `inputs`.

    Raises:
        ValueError: If the inputs are not floating-point, the rate is outside
            `[0, 1)`, or `noise_shape` does not fit the inputs.

    Example:

    >>> import numpy as np
    >>> outputs = dropout(np.ones((4, 3), "float32"), rate=0.5, seed=1)
    >>> sorted(set(outputs.numpy().flat))
    [np.float32(0.0), np.float32(2.0)]
    """
    check_rates(rate=rate)
    inputs = ops.convert_to_tensor(inputs)
    dtype = keras.backend.standardize_dtype(inputs.dtype)
    if not keras.backend.is_float_dtype(dtype):
        raise ValueError(
            f"dropout needs floating-point inputs. Received: dtype {dtype}. Cast them first."
        )
    if rate == 0:
        return inputs
    keep = keep_mask(_mask_shape(inputs, noise_shape), rate, seed)
    # In a half precision, 1 / (1 - rate) itself would be rounded, and so would bias
    # all elements alike.
    scaled = ops.cast(inputs, keras.backend.result_type(dtype, "float32")) * (1 / (1 - rate))
    return ops.where(keep, ops.cast(scaled, dtype), ops.zeros((), dtype))


def _mask_shape(inputs: Any, noise_shape: Sequence[int | None] | None) -> tuple[Any, ...]:
    shape = tuple(ops.shape(inputs))
    if noise_shape is None:
        return shape
    if len(noise_shape) != len(shape):
        raise ValueError(
            f"noise_shape must have one entry for each dimension of the inputs. Received: "
            f"noise_shape={tuple(noise_shape)} for inputs of shape {tuple(inputs.shape)}."
        )
    for entry, size in zip(noise_shape, inputs.shape, strict=True):
        if entry not in (None, 1) and size is not None and entry != size:
            raise ValueError(
                f"Each entry of noise_shape must be None, 1, or the size of the inputs. Received: "
                f"noise_shape={tuple(noise_shape)} for inputs of shape {tuple(inputs.shape)}."
            )
    return tuple(
        size if entry is None else entry for entry, size in zip(noise_shape, shape, strict=True)
    )
