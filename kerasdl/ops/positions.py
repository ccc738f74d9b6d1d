"""Where in a sequence something stands: sinusoids, rotations, biases."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from kerasdl.ops.precision import at_least_float32


def sinusoidal_encoding(
    length: Any,
    width: int,
    start_index: Any = 0,
    max_wavelength: float = 10000.0,
    dtype: str = "float32",
) -> Any:
    """Encodes positions by sines and cosines of geometrically growing wavelengths.

    `encoding[t, 2i] = sin(t / max_wavelength^(2i / width))` and `encoding[t, 2i + 1]` the
    cosine of the same (Vaswani et al., 2017, section 3.5). An odd width ends with a sine.

    Args:
        length: Integer or scalar integer tensor: number of positions.
        width: Width of the encoding.
        start_index: Integer or scalar integer tensor: the first position.
        max_wavelength: Wavelength, over 2 pi, that the last columns approach.
        dtype: dtype of the result. The angles do not depend on it: only what comes out is
            rounded, so that no two positions fall into one.

    Returns:
        Tensor of shape `(length, width)`.

    Example:

    >>> sinusoidal_encoding(2, 3).numpy().round(3).tolist()
    [[0.0, 1.0, 0.0], [0.8410000205039978, 0.5400000214576721, 0.0020000000949949026]]
    """
    columns = np.arange((width + 1) // 2)
    frequencies = float(max_wavelength) ** (-2.0 * columns / width)
    phase = angles(_positions(length, start_index), frequencies, _table_dtype(dtype))
    pairs = ops.stack([ops.sin(phase), ops.cos(phase)], axis=-1)
    table = ops.reshape(pairs, (-1, 2 * len(columns)))[:, :width]
    return ops.cast(table, dtype)


def rotate(
    inputs: Any,
    start_index: Any = 0,
    base: float = 10000.0,
) -> Any:
    """Rotates pairs of columns by angles proportional to the position (RoPE).

    The product of a query and a key that were both rotated depends on their distance
    alone (Su et al., 2021, "RoFormer", equation 34). Column `i` is paired with column
    `i + width / 2` ("rotate half", as in GPT-NeoX and Llama; the paper pairs neighbours,
    which is the same but for the order of the columns), and the pair is turned by
    `position * base^(-2i / width)`.

    Args:
        inputs: Tensor of shape `(..., time, width)`, of even width.
        start_index: Integer or scalar integer tensor: the first position.
        base: What the frequencies are powers of; larger for longer contexts.

    Returns:
        Tensor of the same shape and dtype.

    Raises:
        ValueError: The width is odd, or there is no time axis.

    Example:

    >>> rotate([[1.0, 0.0], [1.0, 0.0]]).numpy().round(3).tolist()
    [[1.0, 0.0], [0.5400000214576721, 0.8410000205039978]]
    """
    inputs = ops.convert_to_tensor(inputs)
    if len(inputs.shape) < 2 or inputs.shape[-1] % 2:
        raise ValueError(
            "A rotation needs inputs of shape (..., time, width) and of even width, for pairs of "
            f"columns. Received shape {tuple(inputs.shape)}."
        )
    x = at_least_float32(inputs)
    half = x.shape[-1] // 2
    frequencies = float(base) ** (-np.arange(half) / half)
    dtype = keras.backend.standardize_dtype(x.dtype)
    phase = angles(_positions(ops.shape(x)[-2], start_index), frequencies, dtype)
    cosine, sine = ops.cos(phase), ops.sin(phase)
    first, second = x[..., :half], x[..., half:]
    turned = (first * cosine - second * sine, second * cosine + first * sine)
    return ops.cast(ops.concatenate(turned, axis=-1), inputs.dtype)


def alibi_slopes(num_heads: int) -> np.ndarray:
    """The slope of each head's penalty on distance.

    For `n` heads, a power of two, the geometric sequence `2^(-8/n), 2^(-16/n), ..., 2^-8`;
    for other numbers that of the next lower power of two, and every second one of the next
    higher until there are enough (Press et al., 2022, and its published code).

    Args:
        num_heads: Number of heads.

    Returns:
        float64 array of shape `(num_heads,)`.

    Example:

    >>> alibi_slopes(4).tolist()
    [0.25, 0.0625, 0.015625, 0.00390625]
    """
    power = 2 ** int(math.log2(num_heads))
    slopes = 2.0 ** (-8.0 * np.arange(1, power + 1) / power)
    between = 2.0 ** (-8.0 * np.arange(1, 2 * power + 1, 2) / (2 * power))
    return np.concatenate([slopes, between[: num_heads - power]])


def alibi_bias(
    num_heads: int,
    query_length: Any,
    key_length: Any = None,
    start_index: Any = 0,
    dtype: str = "float32",
) -> Any:
    """Penalises attention scores in proportion to the distance (ALiBi).

    `bias[h, i, j] = -slope[h] * |start_index + i - j|` (Press et al., 2022, "Train short,
    test long"). Under a causal mask this is the paper's; without one it is symmetric.

    Args:
        num_heads: Number of heads.
        query_length: Integer or scalar integer tensor: number of queries.
        key_length: The same for the keys. Defaults to `query_length`.
        start_index: Position of the first query among the keys.
        dtype: dtype of the result.

    Returns:
        Tensor of shape `(num_heads, query_length, key_length)`.

    Example:

    >>> alibi_bias(2, 1, 3, start_index=2).numpy().tolist()
    [[[-0.125, -0.0625, -0.0]], [[-0.0078125, -0.00390625, -0.0]]]
    """
    key_length = query_length if key_length is None else key_length
    queries = _positions(query_length, start_index)[:, None]
    distance = ops.abs(queries - ops.arange(key_length, dtype="int32")[None, :])
    table = _table_dtype(dtype)
    slopes = ops.convert_to_tensor(alibi_slopes(num_heads), table)[:, None, None]
    return ops.cast(-slopes * ops.cast(distance, table), dtype)


def angles(positions: Any, frequencies: np.ndarray, dtype: str = "float32") -> Any:
    """`positions * frequencies`, modulo a full turn, without rounding the product.

    In float32 the product itself would be wrong by 5e-4 at position 8192, and by more
    beyond. Here a frequency is a fraction of a turn in units of 2^-32, its product with the
    position is an integer whose overflow is whole turns, and only the rest is made a
    floating-point number: wrong by less than 1e-5 at 8192, and by 1e-3 at a million.

    Args:
        positions: Integer tensor of shape `(time,)`.
        frequencies: Array of shape `(columns,)`, in radians per position.
        dtype: "float32", or "float64", where the product is computed as it stands.

    Returns:
        Tensor of shape `(time, columns)`; in float32 between 0 and 2 pi.
    """
    if dtype == "float64":
        return ops.cast(positions, dtype)[:, None] * ops.convert_to_tensor(frequencies, dtype)
    # torch has uint32, but does not multiply it.
    word = "int64" if keras.backend.backend() == "torch" else "uint32"
    turns = np.round(np.asarray(frequencies) / (2.0 * np.pi) * 2.0**32) % 2**32
    phase = ops.cast(positions, word)[:, None] * ops.convert_to_tensor(turns.astype("uint32"), word)
    if word == "int64":
        phase = ops.bitwise_and(phase, 2**32 - 1)
    return ops.cast(phase, "float32") * (2.0 * math.pi / 2.0**32)


def known_index(index: Any) -> int:
    """The value of an index, or 0 where it will be known only later, in a compiled function."""
    if isinstance(index, int):
        return index
    if hasattr(index, "graph"):  # TensorFlow is tracing
        return 0
    try:
        return int(ops.convert_to_numpy(index))
    except TypeError:  # JAX is
        return 0


def _positions(length: Any, start_index: Any) -> Any:
    return ops.arange(length, dtype="int32") + ops.cast(start_index, "int32")


def _table_dtype(dtype: str) -> str:
    return "float64" if keras.backend.standardize_dtype(dtype) == "float64" else "float32"
