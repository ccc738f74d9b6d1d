"""Random arrays for a layer's inputs, described by shape and dtype."""

import dataclasses
import zlib

import numpy as np


@dataclasses.dataclass(frozen=True)
class RandomInput:
    """A random input: the same values whenever it is asked for.

    Floats are standard normal, or uniform where bounds are given; integers are uniform
    in `[low, high)`; booleans are fair coins with at least one `True` on the last axis.

    Args:
        shape: The full shape, batch included.
        dtype: `"float32"`, an integer dtype or `"bool"`.
        low: Lowest value.
        high: Bound above all values.

    >>> RandomInput((2, 3), "int32", high=7).make("token_ids").shape
    (2, 3)
    """

    shape: tuple[int, ...]
    dtype: str = "float32"
    low: float | None = None
    high: float | None = None

    def make(self, name: str) -> np.ndarray:
        """Returns the array; inputs of different names get different values."""
        random = np.random.default_rng(zlib.crc32(name.encode()))
        if self.dtype == "bool":
            values = random.random(self.shape) < 0.5
            values[..., 0] = True
            return values
        if np.issubdtype(np.dtype(self.dtype), np.integer):
            bounds = int(self.low or 0), 2 if self.high is None else int(self.high)
            return random.integers(*bounds, self.shape).astype(self.dtype)
        if self.low is None and self.high is None:
            return random.standard_normal(self.shape).astype(self.dtype)
        low = 0.0 if self.low is None else self.low
        high = low + 1.0 if self.high is None else self.high
        return random.uniform(low, high, self.shape).astype(self.dtype)
