"""Masks: they reach whom they should, and what masked positions hold has no influence."""

import dataclasses
import inspect
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.comparison import differences, require
from kerasdl.testing.mask_influence import (
    CHECK,
    Masks,
    check_empty,
    check_influence,
    explicit_masks,
)
from kerasdl.testing.mask_layers import AttachMask, ReadMask
from kerasdl.testing.mask_spec import MaskSpec
from kerasdl.testing.tensors import outputs_of, to_numpy, to_tensors


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
    check_influence(case, layer, spec, arrays, masks, output_masks)
    if spec.mode == "ignore":
        check_empty(case, layer, spec, arrays, masks, len(output_masks))


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
    explicit = explicit_masks(spec, masks)
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


def _mask_or_none(mask: Any) -> np.ndarray | None:
    return None if mask is None else to_numpy(mask).astype(bool)
