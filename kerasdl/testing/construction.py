"""State: all of it is created by `build`, none of it by `call`."""

import inspect
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import keras

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import require
from kerasdl.testing.layer_state import sublayers

CHECK = "build"


def check_build(case: LayerCase) -> None:
    """Checks that `build` alone, from shapes, creates all state and that `call` changes none.

    Args:
        case: The layer.
    """
    called = case.make(name="layer")
    case.call(called, training=True)
    expected = _state(called)

    for dynamic in (False, True):
        layer = case.make(name="layer")
        build_layer(case, layer, dynamic)
        sizes = "shapes with None" if dynamic else "shapes"
        unbuilt = [inner.name for inner in sublayers(layer) if not inner.built]
        require(not unbuilt, CHECK, case, f"build from {sizes} left {unbuilt} unbuilt.")
        state = _state(layer)
        require(
            state == expected,
            CHECK,
            case,
            f"build from {sizes} and call create different state: "
            f"only after build {sorted(state - expected)}, "
            f"only after call {sorted(expected - state)}.",
        )

    layer = case.make()
    build_layer(case, layer)
    before = _attributes(layer)
    # `training` left out comes first: a layer must not rely on having been told.
    for training in (None, False, True):
        case.call(layer, training=training)
    after = _attributes(layer)
    changed = sorted(
        name for name in {*before, *after} if not _same(before.get(name), after.get(name))
    )
    require(not changed, CHECK, case, f"`call` changed the attributes {changed}.")


def build_layer(case: LayerCase, layer: keras.layers.Layer, dynamic: bool = False) -> None:
    """Calls `layer.build` with the shapes of the case's inputs, as Keras does."""
    layer.build(**shape_arguments(layer.build, case.shapes(case.arrays(), dynamic)))


def shape_arguments(function: Any, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """The shapes that `build` or `compute_output_shape` takes, by argument name.

    A single argument receives the first input's shape; of several, each that of the input
    named like it.
    """
    names = list(inspect.signature(function).parameters)
    if len(names) == 1:
        return {names[0]: next(iter(shapes.values()))}
    named = {f"{name}_shape": shape for name, shape in shapes.items()}
    return {name: named[name] for name in names if name in named}


def _state(layer: keras.layers.Layer) -> Counter[tuple[str, tuple[int, ...], str, bool]]:
    """Path, shape, dtype and trainability of all variables, seed states included."""
    return Counter(
        # Keras numbers what has no name of its own.
        (re.sub(r"_\d+(?=/|$)", "", v.path), tuple(v.shape), str(v.dtype), v.trainable)
        for v in layer.variables
    )


def _attributes(layer: keras.layers.Layer) -> dict[str, Any]:
    """The attributes of a layer and of those inside it, but for what Keras itself keeps."""
    kept_by_keras = set(vars(keras.layers.Layer()))
    attributes: dict[str, Any] = {}
    for i, one in enumerate([layer, *sublayers(layer)]):
        for name, value in vars(one).items():
            if name not in kept_by_keras and not name.startswith("_self_"):
                copied = list(value) if isinstance(value, (list, tuple)) else value
                copied = dict(value) if isinstance(value, dict) else copied
                attributes[f"{one.name}[{i}].{name}" if i else name] = copied
    return attributes


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, (bool, int, float, str)):
        return type(one) is type(other) and one == other
    return one is other
