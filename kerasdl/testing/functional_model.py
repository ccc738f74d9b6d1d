"""A functional model around one layer, as users build it."""

from typing import Any

import keras

from kerasdl.testing.case import Arrays, LayerCase, is_float, outputs_of


def symbolic_inputs(case: LayerCase, dtype: str | None = None) -> Arrays:
    """Returns `keras.Input`s like the case's inputs, with `None` on every variable axis."""
    arrays = case.arrays()
    shapes = case.shapes(arrays, dynamic=True)

    def make(array: Any, shape: tuple[int | None, ...], name: str) -> keras.KerasTensor:
        input_dtype = dtype if dtype and is_float(array) else array.dtype.name
        return keras.Input(batch_shape=shape, dtype=input_dtype, name=name)

    return {
        name: [
            make(leaf, shape, f"{name}_{i}")
            for i, (leaf, shape) in enumerate(zip(value, shapes[name], strict=True))
        ]
        if isinstance(value, list)
        else make(value, shapes[name], name)
        for name, value in arrays.items()
    }


def functional_model(case: LayerCase, layer: keras.layers.Layer) -> keras.Model:
    """Returns a model from a flat dict of named inputs to the list of the layer's outputs."""
    inputs = symbolic_inputs(case)
    outputs = case.call(layer, inputs, training=None)
    return keras.Model(flat(inputs), outputs_of(outputs), name="layer_case")


def flat(arrays: Arrays) -> dict[str, Any]:
    """Nested inputs under one name each: `states` becomes `states_0`, `states_1`..."""
    named: dict[str, Any] = {}
    for name, value in arrays.items():
        if isinstance(value, list):
            named.update({f"{name}_{i}": leaf for i, leaf in enumerate(value)})
        else:
            named[name] = value
    return named
