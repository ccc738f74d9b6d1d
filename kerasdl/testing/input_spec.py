"""Descriptions of a layer's inputs: a shape, a `RandomInput`, an array, or a list of them."""

from typing import Any

import numpy as np

from kerasdl.testing.random_input import RandomInput


def is_shape(spec: Any) -> bool:
    """Whether a description is a shape, `(2, 5, 4)`."""
    return isinstance(spec, tuple) and all(isinstance(size, int) for size in spec)


def is_nested(spec: Any) -> bool:
    """Whether a description is a list of others."""
    return isinstance(spec, list) or (isinstance(spec, tuple) and not is_shape(spec))


def leaves_of(spec: Any) -> list[Any]:
    """The descriptions in a list, or the one."""
    return list(spec) if is_nested(spec) else [spec]


def to_array(spec: Any, name: str) -> np.ndarray:
    """The array that a shape, a `RandomInput` or an array describes."""
    if is_shape(spec):
        spec = RandomInput(spec)
    return spec.make(name) if isinstance(spec, RandomInput) else np.asarray(spec)
