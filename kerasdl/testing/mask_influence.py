"""What masked positions hold has no influence on outputs and gradients."""

from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.comparison import difference, require
from kerasdl.testing.differentiation import Differentiator, Gradients
from kerasdl.testing.mask_spec import MaskSpec
from kerasdl.testing.tensors import is_float

CHECK = "masks"

# What masked positions are filled with: 1e30 also gets past an additive mask of -1e9.
POISON = {"1e30": 1e30, "-1e30": -1e30, "inf": np.inf, "-inf": -np.inf, "NaN": np.nan}

Masks = dict[str, np.ndarray]


def explicit_masks(spec: MaskSpec, masks: Masks) -> dict[str, Any]:
    """The masks by the name of the call argument that takes them."""
    named = {argument: masks[name] for name, argument in (spec.inputs or {}).items() if argument}
    return {argument: keras.ops.convert_to_tensor(mask) for argument, mask in named.items()}


def check_influence(
    case: LayerCase,
    layer: keras.layers.Layer,
    spec: MaskSpec,
    arrays: Arrays,
    masks: Masks,
    output_masks: list[np.ndarray | None],
) -> None:
    """Checks that nothing unmasked changes when masked positions are overwritten."""
    explicit = explicit_masks(spec, masks)
    run = Differentiator(case, layer, keep=output_masks)
    reference = run(arrays, **explicit)
    for what, value in POISON.items():
        result = run(_fill(arrays, masks, value), **explicit)
        _require_same(case, spec, what, result, reference, masks, output_masks)


def check_empty(
    case: LayerCase,
    layer: keras.layers.Layer,
    spec: MaskSpec,
    arrays: Arrays,
    masks: Masks,
    outputs: int,
) -> None:
    """Checks a batch whose last row is masked everywhere."""
    empty = {name: mask.copy() for name, mask in masks.items()}
    for mask in empty.values():
        mask[-1] = False
    last = np.zeros(len(next(iter(empty.values()))), dtype=bool)
    last[-1] = True
    # Only the fully masked row counts in the loss: nothing may come of it.
    run = Differentiator(case, layer, keep=[last] * outputs)
    explicit = explicit_masks(spec, empty)
    for what, value in {"ordinary values": None, **POISON}.items():
        filled = arrays if value is None else _fill(arrays, empty, value)
        result = run(filled, **explicit)
        where = f"a fully masked row holding {what}"
        for i, output in enumerate(result.outputs):
            row = output[-1]
            require(bool(np.isfinite(row).all()), CHECK, case, f"{where} gives {row.flat[:3]}...")
            require(
                spec.empty != "zeros" or bool(np.all(row == 0)),
                CHECK,
                case,
                f"{where} gives {row.flat[:3]}... in output {i} instead of zeros.",
            )
        for name, gradient in {**result.inputs, **result.weights}.items():
            if gradient is None:
                continue
            require(
                bool(np.isfinite(gradient).all()),
                CHECK,
                case,
                f"{where} gives a gradient of {name} that is not finite.",
            )
            zero = name in empty or spec.empty == "zeros"
            require(
                not zero or bool(np.all(gradient == 0)),
                CHECK,
                case,
                f"{where} gives a gradient of {name} that is not zero.",
            )


def _require_same(
    case: LayerCase,
    spec: MaskSpec,
    what: str,
    result: Gradients,
    reference: Gradients,
    masks: Masks,
    output_masks: list[np.ndarray | None],
) -> None:
    where = f"with {what} at masked positions"
    for i, (output, expected) in enumerate(zip(result.outputs, reference.outputs, strict=True)):
        mask = output_masks[i]
        kept, wanted = (output, expected) if mask is None else (output[mask], expected[mask])
        require(bool(np.isfinite(kept).all()), CHECK, case, f"{where}, output {i} is not finite.")
        text = difference(kept, wanted, 1e-5)
        require(not text, CHECK, case, f"{where}, output {i} changes: {text}")
    for name, gradient in result.inputs.items():
        expected_gradient = reference.inputs[name]
        if gradient is None or expected_gradient is None:
            continue
        if name in masks:
            if spec.mode == "ignore":
                masked = gradient[~masks[name]]
                require(
                    bool(np.all(masked == 0)),
                    CHECK,
                    case,
                    f"{where}, their gradient ({name}) is not zero: {masked.flat[:3]}...",
                )
            gradient, expected_gradient = gradient[masks[name]], expected_gradient[masks[name]]
        text = difference(gradient, expected_gradient, 1e-5)
        require(not text, CHECK, case, f"{where}, the gradient of {name} changes: {text}")
    # An elementwise layer need not clean its inputs: 0 * inf in a weight's gradient is
    # for those to avoid who know what the mask means.
    if spec.mode == "pass":
        return
    for name, gradient in result.weights.items():
        expected_gradient = reference.weights[name]
        if gradient is not None and expected_gradient is not None:
            text = difference(gradient, expected_gradient, 1e-5)
            require(not text, CHECK, case, f"{where}, the gradient of {name} changes: {text}")


def _fill(arrays: Arrays, masks: Masks, value: float) -> Arrays:
    """The arrays with `value` at the masked positions of those that hold floats."""

    def fill(array: np.ndarray, mask: np.ndarray) -> np.ndarray:
        filled = array.copy()
        filled[~mask] = value
        return filled

    return {
        name: fill(array, masks[name]) if name in masks and is_float(array) else array
        for name, array in arrays.items()
    }
