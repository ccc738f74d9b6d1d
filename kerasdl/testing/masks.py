"""Masks: what masked positions hold has no influence, and the mask reaches whom it should."""

import dataclasses
import inspect
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase, is_float, outputs_of, to_numpy, to_tensors
from kerasdl.testing.comparison import difference, differences, require
from kerasdl.testing.differentiation import Differentiator, Gradients
from kerasdl.testing.mask_layers import AttachMask, ReadMask
from kerasdl.testing.mask_spec import MaskSpec

CHECK = "masks"

# What masked positions are filled with: 1e30 also gets past an additive mask of -1e9.
POISON = {"1e30": 1e30, "-1e30": -1e30, "inf": np.inf, "-inf": -np.inf, "NaN": np.nan}

Masks = dict[str, np.ndarray]


def check_masks(case: LayerCase) -> None:
    """Checks that masks are taken, passed on and obeyed as `case.mask` says.

    Args:
        case: The layer. Without `mask`, the layer must not claim to support masking.
    """
    layer = case.make_built()
    if case.mask is None:
        require(
            not layer.supports_masking,
            CHECK,
            case,
            "the layer says supports_masking, but the case has no `mask`: "
            "say 'pass', 'ignore' or give a MaskSpec.",
        )
        return
    require(layer.supports_masking, CHECK, case, "supports_masking is False.")
    spec = _complete(case, layer)
    arrays = case.arrays()
    masks = {name: holes(arrays[name].shape[:2]) for name in spec.inputs or {}}

    output_masks = _check_arrival(case, layer, spec, arrays, masks)
    if spec.mode == "stop":
        passed = any(mask is not None for mask in output_masks)
        require(not passed, CHECK, case, "the mask is passed on, though it should stop here.")
        return
    _check_influence(case, layer, spec, arrays, masks, output_masks)
    if spec.mode == "ignore":
        _check_empty(case, layer, spec, arrays, masks, len(output_masks))


def holes(shape: tuple[int, ...]) -> np.ndarray:
    """Returns a mask with `False` at the start, in the middle and at the end of rows."""
    batch, length = shape
    if length < 3:
        raise ValueError(
            f"Received: a masked input with {length} positions. Expected: at least 3, so that "
            "masked and unmasked ones can be told apart. Use longer inputs."
        )
    keep = np.ones((batch, length), dtype=bool)
    keep[0, [0, length // 2]] = False
    keep[1:, -(length // 3) :] = False
    return keep


def _complete(case: LayerCase, layer: keras.layers.Layer) -> MaskSpec:
    spec = case.mask if isinstance(case.mask, MaskSpec) else MaskSpec(mode=case.mask or "ignore")
    if spec.inputs is None:
        first, *others = case.arrays()
        name = f"{first}_mask" if others else "mask"  # as Keras names them
        explicit = name if name in inspect.signature(layer.call).parameters else None
        spec = dataclasses.replace(spec, inputs={first: explicit})
    if spec.mode == "ignore" and not any((spec.inputs or {}).values()):
        raise ValueError(
            f"Received: mask mode 'ignore' for {case.name}, whose `call` is said to take no mask. "
            "Expected: an argument for at least one mask. Name it in MaskSpec(inputs={...})."
        )
    return spec


def _explicit(spec: MaskSpec, masks: Masks) -> dict[str, Any]:
    named = {argument: masks[name] for name, argument in (spec.inputs or {}).items() if argument}
    return {argument: keras.ops.convert_to_tensor(mask) for argument, mask in named.items()}


def _call_implicitly(
    case: LayerCase, layer: keras.layers.Layer, arrays: Arrays, masks: Masks
) -> list[Any]:
    attach = AttachMask()
    masked = {
        name: attach([to_tensors(value), keras.ops.convert_to_tensor(masks[name])])
        if name in masks
        else value
        for name, value in arrays.items()
    }
    return outputs_of(case.call(layer, masked))


def _check_arrival(
    case: LayerCase, layer: keras.layers.Layer, spec: MaskSpec, arrays: Arrays, masks: Masks
) -> list[np.ndarray | None]:
    """Checks implicit against explicit masks; returns the masks of the outputs."""
    first = next(iter(arrays))
    explicit = _explicit(spec, masks)
    outputs = outputs_of(case.call(layer, arrays, **explicit))
    if not spec.implicit:
        said = layer.compute_mask(
            to_tensors(arrays[first]),
            keras.ops.convert_to_tensor(masks[first]) if first in masks else None,
        )
        flat_said = keras.tree.flatten(said) if said is not None else []
        return [*map(_mask_or_none, flat_said), *[None] * (len(outputs) - len(flat_said))]

    implicit_outputs = _call_implicitly(case, layer, arrays, masks)
    if explicit:
        text = differences(implicit_outputs, outputs)
        require(not text, CHECK, case, f"implicit and explicit masks give other outputs: {text}")
        without = outputs_of(case.call(layer, arrays))
        require(
            spec.mode != "ignore" or bool(differences(without, outputs)),
            CHECK,
            case,
            "the outputs are the same with and without a mask.",
        )

    arrived = [_mask_or_none(ReadMask()(output)) for output in implicit_outputs]
    said = layer.compute_mask(
        to_tensors(arrays[first]),
        keras.ops.convert_to_tensor(masks[first]) if first in masks else None,
    )
    flat_said = [] if said is None else [_mask_or_none(m) for m in keras.tree.flatten(said)]
    for i, mask in enumerate(arrived):
        computed = flat_said[i] if i < len(flat_said) else None
        require(
            computed is None if mask is None else np.array_equal(mask, np.array(computed)),
            CHECK,
            case,
            f"compute_mask says another mask for output {i} than the one that arrives.",
        )
        shape = tuple(implicit_outputs[i].shape)
        require(
            mask is None or mask.shape == shape[: mask.ndim],
            CHECK,
            case,
            f"output {i} of shape {shape} has a mask of another shape.",
        )
    if spec.mode == "pass":
        require(
            arrived[0] is not None and np.array_equal(arrived[0], masks[first]),
            CHECK,
            case,
            "the mask is not passed on unchanged.",
        )
    return arrived


def _check_influence(
    case: LayerCase,
    layer: keras.layers.Layer,
    spec: MaskSpec,
    arrays: Arrays,
    masks: Masks,
    output_masks: list[np.ndarray | None],
) -> None:
    """Checks that nothing unmasked changes when masked positions are overwritten."""
    explicit = _explicit(spec, masks)
    run = Differentiator(case, layer, keep=output_masks)
    reference = run(arrays, **explicit)
    for what, value in POISON.items():
        result = run(_fill(arrays, masks, value), **explicit)
        _require_same(case, spec, what, result, reference, masks, output_masks)


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


def _check_empty(
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
    explicit = _explicit(spec, empty)
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


def _mask_or_none(mask: Any) -> np.ndarray | None:
    return None if mask is None else to_numpy(mask).astype(bool)
