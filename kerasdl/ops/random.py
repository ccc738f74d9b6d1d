"""Random bits, masks and numbers from a counter hash.

A random generator with state is a chain, and a compiler can neither fuse nor
vectorise a chain: on a CPU, XLA takes longer for the random numbers of a
dropout than for the network around it. Here every element hashes its own index
with the seed instead, which costs a few multiplications wherever it is needed
(forwards, and once more backwards) and no memory. It is the idea of Salmon et al.
(2011), "Parallel random numbers: as easy as 1, 2, 3", with a lighter hash: good
for masks and noise, not for cryptography.

All functions here are pure: the same shape and seed give the same result, with
and without XLA, on every backend. One call makes at most 2^31 words, each another one.
"""

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import keras
import numpy as np
from keras import ops

# Multipliers and shifts by Ellis (github.com/skeeto/hash-prospector): of all
# hashes of this form searched there, those of the least avalanche bias.
_MULTIPLIERS = (0x7FEB352D, 0x846CA68B)
_SHIFTS = (16, 15)
_LAST_SHIFT = 16


def random_bits(shape: Sequence[Any], seed: Any) -> Any:
    """Uniform random 32-bit words.

    Args:
        shape: Shape of the result; dimensions may be scalar integer tensors.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape
            `(2,)` as a generator's `next()` gives it.

    Returns:
        Tensor of `shape`, uniform on `[0, 2**32)`: uint32, on the torch backend,
        which cannot multiply those, int64.

    Example:

    >>> words = random_bits((2, 3), seed=1)
    >>> words.shape
    TensorShape([2, 3])
    """
    words = _two_rounds(_size(shape), seed)
    return ops.reshape(_xor_shift(words, _LAST_SHIFT), shape)


def keep_mask(shape: Sequence[Any], rate: float, seed: Any) -> Any:
    """Boolean mask that is False with probability `rate`, independently everywhere.

    The probability is met with a resolution of 2^-32.

    Args:
        shape: Shape of the result; dimensions may be scalar integer tensors.
        rate: Probability of False, in `[0, 1)`.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape `(2,)`.

    Returns:
        Boolean tensor of `shape`.

    Example:

    >>> bool(keep_mask((2, 3), rate=0.0, seed=1).numpy().all())
    True
    """
    size = _size(shape)
    half = (size + 1) // 2
    # One word serves two elements, itself and times the golden ratio: points that
    # fill the square as evenly as points on lines can. Both are compared in
    # full, for which their high bits matter, hence no last xor-shift. Written as
    # a broadcast, not as a concatenation, it stays one loop under XLA.
    words = _multiply(_two_rounds(half, seed), _word([[1], [0x9E3779B1]]))
    keep = words >= _word(min(round(rate * 2**32), 2**32 - 1))
    return ops.reshape(ops.reshape(keep, (2 * half,))[:size], shape)


def random_uniform(shape: Sequence[Any], seed: Any, dtype: str | None = None) -> Any:
    """Uniform random numbers in the open interval (0, 1).

    They are the midpoints of 2^23 equal parts of it, of 2^32 parts in float64.

    Args:
        shape: Shape of the result; dimensions may be scalar integer tensors.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape `(2,)`.
        dtype: Floating-point dtype. Default: `keras.config.floatx()`. To a half
            precision, whose largest number below 1 is farther from it, numbers are rounded.

    Returns:
        Tensor of `shape` and `dtype`.

    Example:

    >>> numbers = random_uniform((1000,), seed=1)
    >>> bool(((numbers > 0) & (numbers < 1)).numpy().all())
    True
    """
    dtype = keras.backend.standardize_dtype(dtype or keras.config.floatx())
    wide = keras.backend.result_type(dtype, "float32")
    bits = 32 if wide == "float64" else 23
    words = random_bits(shape, seed)
    if bits < 32:
        words = ops.bitwise_right_shift(words, _word(32 - bits))
    return ops.cast((ops.cast(words, wide) + 0.5) * 2.0**-bits, dtype)


def random_normal(shape: Sequence[Any], seed: Any, dtype: str | None = None) -> Any:
    """Normal random numbers with mean 0 and variance 1.

    The inverse of the normal distribution function at `random_uniform` numbers:
    symmetric around 0, and cut off where those end, at 5.3 standard deviations (6.3 in
    float64), beyond which lies one number in ten million.

    Args:
        shape: Shape of the result; dimensions may be scalar integer tensors.
        seed: Integer, `keras.random.SeedGenerator`, or integer tensor of shape `(2,)`.
        dtype: Floating-point dtype. Default: `keras.config.floatx()`.

    Returns:
        Tensor of `shape` and `dtype`.

    Example:

    >>> noise = random_normal((1000,), seed=1)
    >>> noise.dtype
    tf.float32
    """
    dtype = keras.backend.standardize_dtype(dtype or keras.config.floatx())
    uniform = random_uniform(shape, seed, keras.backend.result_type(dtype, "float32"))
    return ops.cast(math.sqrt(2) * ops.erfinv(2 * uniform - 1), dtype)


def _two_rounds(size: Any, seed: Any) -> Any:
    """Hashes the indices 0 ... size - 1; the high bits are good, the low ones not yet."""
    # Two keys of 32 bits from the two words of the seed, so that neither seeds
    # next to each other nor the steps of one generator share anything.
    words = _seed_words(seed)
    keys = _hash(_add(words[0], _word([0x243F6A88, 0x85A308D3])))  # the first digits of pi
    keys = _hash(_add(keys, words[1]))
    stride = ops.bitwise_or(keys[0], _word(1))
    indices = ops.cast(ops.arange(size, dtype="int32"), _word_dtype())
    return _rounds(_add(_multiply(indices, stride), keys[1]))


def _hash(words: Any) -> Any:
    return _xor_shift(_rounds(words), _LAST_SHIFT)


def _rounds(words: Any) -> Any:
    for shift, multiplier in zip(_SHIFTS, _MULTIPLIERS, strict=True):
        words = _multiply(_xor_shift(words, shift), _word(multiplier))
    return words


def _xor_shift(words: Any, shift: int) -> Any:
    return ops.bitwise_xor(words, ops.bitwise_right_shift(words, _word(shift)))


def _multiply(words: Any, multiplier: Any) -> Any:
    return _wrap(words * multiplier)


def _add(words: Any, summand: Any) -> Any:
    return _wrap(words + summand)


def _wrap(words: Any) -> Any:
    """Takes words modulo 2^32, as uint32 does by itself."""
    if _word_dtype() == "uint32":
        return words
    return ops.bitwise_and(words, _word(2**32 - 1))


def _word(value: Any) -> Any:
    return ops.convert_to_tensor(np.asarray(value, np.uint32), _word_dtype())


def _word_dtype() -> str:
    # torch has uint32, but neither multiplies nor shifts it.
    return "int64" if keras.backend.backend() == "torch" else "uint32"


def _seed_words(seed: Any) -> Any:
    if isinstance(seed, keras.random.SeedGenerator):
        seed = seed.next()
    elif isinstance(seed, Integral):
        seed = _word([int(seed) >> shift & 0xFFFFFFFF for shift in (0, 32)])
    elif getattr(seed, "shape", None) != (2,):
        raise ValueError(
            f"seed must be an integer, a keras.random.SeedGenerator, or an integer tensor of "
            f"shape (2,). Received: seed={seed!r}"
        )
    return _wrap(ops.cast(seed, _word_dtype()))


def _size(shape: Sequence[Any]) -> Any:
    if all(isinstance(dimension, int) for dimension in shape):
        return math.prod(shape)
    return ops.prod(ops.stack([ops.cast(dimension, "int32") for dimension in shape]))
