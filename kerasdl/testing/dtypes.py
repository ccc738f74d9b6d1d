"""Precision: every dtype policy reaches the outputs, the weights and every sublayer."""

import keras
import numpy as np

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import difference, has_float64, require
from kerasdl.testing.construction import build_layer
from kerasdl.testing.differentiation import differentiate
from kerasdl.testing.layer_state import sublayers
from kerasdl.testing.tensors import is_float

CHECK = "dtypes"

# Relative to 1 + the largest output: some ten roundings of the dtype.
TOLERANCES = {
    "float32": 1e-5,
    "float64": 1e-12,
    "mixed_float16": 2e-2,
    "mixed_bfloat16": 1e-1,
}


def check_dtypes(case: LayerCase) -> None:
    """Checks outputs, weights, gradients and all sublayers under every dtype policy.

    Args:
        case: The layer.
    """
    policies = [name for name in case.policies if name != "float64" or has_float64()]
    for policy in policies:
        _check_variables(case, policy)
    most_precise = "float64" if has_float64() else "float32"
    expected = differentiate(case, case.make_built(dtype=most_precise)).outputs
    for policy in policies:
        _check_outputs(case, policy, expected)


def _check_variables(case: LayerCase, policy: str) -> None:
    wanted = keras.dtype_policies.get(policy)
    layer = case.make(dtype=policy)
    build_layer(case, layer)

    others = {
        inner.path: inner.dtype_policy.name
        for inner in sublayers(layer)
        if inner.dtype_policy.name != wanted.name
    }
    require(not others, CHECK, case, f"under {policy} sublayers have other policies: {others}.")
    weights = {
        weight.path: weight.dtype
        for weight in layer.weights
        if is_float(weight) and weight.dtype != wanted.variable_dtype
    }
    require(
        not weights,
        CHECK,
        case,
        f"under {policy} weights are not {wanted.variable_dtype}: {weights}.",
    )


def _check_outputs(case: LayerCase, policy: str, expected: list[np.ndarray]) -> None:
    result = differentiate(case, case.make_built(dtype=policy))
    dtypes = {dtype for dtype in result.dtypes if "float" in dtype}
    wanted_dtype = case.output_dtype or keras.dtype_policies.get(policy).compute_dtype
    require(
        dtypes <= {wanted_dtype},
        CHECK,
        case,
        f"under {policy} the outputs are {sorted(dtypes)} instead of {wanted_dtype}.",
    )
    tolerance = case.tolerance.get(policy, TOLERANCES[policy])
    for i, (output, reference) in enumerate(zip(result.outputs, expected, strict=True)):
        require(
            bool(np.isfinite(output).all()),
            CHECK,
            case,
            f"under {policy} output {i} is not finite.",
        )
        text = difference(output, reference, tolerance)
        require(not text, CHECK, case, f"under {policy} output {i} is far from float64: {text}")

    broken = [
        name
        for name, gradient in {**result.weights, **result.inputs}.items()
        if gradient is not None and not np.isfinite(gradient).all()
    ]
    require(not broken, CHECK, case, f"under {policy} gradients are not finite: {broken}.")
