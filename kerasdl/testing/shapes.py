"""Shapes: what the layer says about its outputs is what happens, for any batch and time."""

from typing import Any

import keras

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import differences, require
from kerasdl.testing.construction import shape_arguments
from kerasdl.testing.functional_model import flat, functional_model
from kerasdl.testing.tensors import outputs_of

CHECK = "shapes"


def check_shapes(case: LayerCase) -> None:
    """Checks `compute_output_shape`, symbolic calls with `None` sizes, and two different sizes.

    Args:
        case: The layer.
    """
    layer = case.make()
    case.call(layer)  # built from known sizes, it must not be bound to them
    symbolic = outputs_of(case.call(case.make(), case.symbolic_inputs(), training=None))
    model = functional_model(case, layer)
    sizes = {
        "the case's sizes": case.arrays(),
        "batch 1": case.arrays(batch=1),
        "batch 3 and larger sizes": case.arrays(batch=3, grow=True),
    }
    for what, arrays in sizes.items():
        outputs = outputs_of(case.call(layer, arrays))
        actual = [tuple(output.shape) for output in outputs]

        for dynamic in (False, True):
            shapes = case.shapes(arrays, dynamic)
            said = _computed(case, layer, shapes)
            fits = _fits(said, actual) if dynamic else said == actual
            require(
                fits,
                CHECK,
                case,
                f"compute_output_shape says {said} for {shapes}, the call gives {actual}.",
            )

        specs = [tuple(output.shape) for output in symbolic]
        require(
            _fits(specs, actual),
            CHECK,
            case,
            f"a symbolic call with None sizes gives {specs}, the call on {what} {actual}.",
        )
        dtypes = [keras.backend.standardize_dtype(output.dtype) for output in outputs]
        said_dtypes = [keras.backend.standardize_dtype(output.dtype) for output in symbolic]
        require(
            dtypes == said_dtypes,
            CHECK,
            case,
            f"a symbolic call gives dtypes {said_dtypes}, a real one {dtypes}.",
        )
        text = differences(outputs_of(model(flat(arrays), training=False)), outputs)
        require(not text, CHECK, case, f"a model with None sizes differs on {what}: {text}")


def _computed(
    case: LayerCase, layer: keras.layers.Layer, shapes: dict[str, Any]
) -> list[tuple[int | None, ...]]:
    try:
        said = layer.compute_output_shape(**shape_arguments(layer.compute_output_shape, shapes))
    except NotImplementedError:
        require(False, CHECK, case, "compute_output_shape is not implemented.")
    return _flat_shapes(said)


def _flat_shapes(structure: Any) -> list[tuple[int | None, ...]]:
    if isinstance(structure, dict):
        return [shape for key in sorted(structure) for shape in _flat_shapes(structure[key])]
    if all(size is None or isinstance(size, int) for size in structure):
        return [tuple(structure)]
    return [shape for part in structure for shape in _flat_shapes(part)]


def _fits(said: list[tuple[int | None, ...]], actual: list[tuple[int, ...]]) -> bool:
    return len(said) == len(actual) and all(
        len(one) == len(other) and all(a is None or a == b for a, b in zip(one, other, strict=True))
        for one, other in zip(said, actual, strict=True)
    )
