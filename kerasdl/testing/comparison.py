"""Comparing outputs, states and configurations, and saying what differed."""

import json
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import LayerCase
from kerasdl.testing.contract_error import LayerContractError
from kerasdl.testing.tensors import to_numpy


def has_float64() -> bool:
    """Whether the backend computes in float64; Keras on JAX falls back to float32 midway."""
    return keras.backend.backend() != "jax"


def require(condition: bool, check: str, case: LayerCase, message: str) -> None:
    """Raises `LayerContractError` with the check's and the layer's name unless `condition`."""
    if not condition:
        raise LayerContractError(f"[{check}] {case.name}: {message}", check)


def difference(actual: Any, expected: Any, tolerance: float) -> str:
    """Says how two arrays differ by more than `tolerance * (1 + max|expected|)`; else empty."""
    actual, expected = to_numpy(actual), to_numpy(expected)
    if actual.shape != expected.shape:
        return f"shape {actual.shape} instead of {expected.shape}"
    if actual.dtype == bool or not np.issubdtype(actual.dtype, np.floating):
        same = bool(np.array_equal(actual, expected))
        return "" if same else f"{np.sum(actual != expected)} of {actual.size} values differ"
    actual, expected = actual.astype("float64"), expected.astype("float64")
    if not np.array_equal(np.isfinite(actual), np.isfinite(expected)):
        return (
            f"{np.sum(~np.isfinite(actual))} values are not finite, where "
            f"{np.sum(~np.isfinite(expected))} were expected"
        )
    finite = np.isfinite(expected)
    if not finite.any():
        return ""
    largest = float(np.max(np.abs(actual - expected)[finite]))
    allowed = tolerance * (1 + float(np.max(np.abs(expected[finite]))))
    return "" if largest <= allowed else f"largest difference {largest:.3g} exceeds {allowed:.3g}"


def differences(actual: Sequence[Any], expected: Sequence[Any], tolerance: float = 1e-6) -> str:
    """`difference` for a sequence of arrays: the first that differs, with its position."""
    if len(actual) != len(expected):
        return f"{len(actual)} instead of {len(expected)}"
    for i, (mine, other) in enumerate(zip(actual, expected, strict=True)):
        text = difference(mine, other, tolerance)
        if text:
            return f"number {i}: {text}"
    return ""


def canonical(value: Any) -> Any:
    """A configuration as plain JSON values, so that two can be compared with `==`."""
    return _without_tuples(json.loads(json.dumps(keras.saving.serialize_keras_object(value))))


def config_difference(actual: Any, expected: Any) -> str:
    """Names the keys in which two configurations differ; empty if none does."""
    actual, expected = canonical(actual), canonical(expected)
    keys = [
        f"{key!r}: {actual.get(key, 'missing')!r} instead of {expected.get(key, 'missing')!r}"
        for key in sorted({*actual, *expected})
        if key not in actual or key not in expected or actual[key] != expected[key]
    ]
    return "; ".join(keys)


def _without_tuples(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == "__tuple__":
            return _without_tuples(value["items"])
        return {key: _without_tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_tuples(item) for item in value]
    return value
