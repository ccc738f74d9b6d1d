"""A functional model around one layer, as users build it."""

from typing import Any

import keras

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.tensors import outputs_of


def functional_model(case: LayerCase, layer: keras.layers.Layer) -> keras.Model:
    """Returns a model from a flat dict of named inputs to the list of the layer's outputs."""
    inputs = case.symbolic_inputs()
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
