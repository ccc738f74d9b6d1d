"""Compilation: eager, graph and XLA give the same."""

from typing import Any

import keras

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.comparison import differences, require
from kerasdl.testing.differentiation import differentiate
from kerasdl.testing.functional_model import flat
from kerasdl.testing.tensors import outputs_of

CHECK = "compilation"


def check_compilation(case: LayerCase) -> None:
    """Checks that compiled calls equal eager ones.

    On TensorFlow one `tf.function`, traced once with `None` sizes, runs on several sizes, and
    outputs and gradients are the same under XLA; on JAX, under `jax.jit`.

    Args:
        case: The layer.
    """
    layer = case.make_built()
    tolerance = case.tolerance.get("float32", 1e-5)
    if keras.backend.backend() == "tensorflow":
        traced = _traced(case, layer)
        for arrays in (case.arrays(), case.arrays(batch=3, grow=True)):
            expected = outputs_of(case.call(layer, arrays))
            shapes = [value.shape for value in flat(arrays).values()]
            text = differences(traced(*flat(arrays).values()), expected, tolerance)
            require(not text, CHECK, case, f"tf.function differs on {shapes}: {text}")

    eager = differentiate(case, layer, compiled=False)
    compiled = differentiate(case, layer, compiled=True)
    # A plain call: JAX traces what it differentiates, eagerly too.
    text = differences(compiled.outputs, outputs_of(case.call(layer)), tolerance)
    require(not text, CHECK, case, f"outputs differ when compiled by XLA: {text}")
    expected_gradients = {**eager.weights, **eager.inputs}
    for name, gradient in {**compiled.weights, **compiled.inputs}.items():
        expected_gradient = expected_gradients[name]
        if gradient is not None and expected_gradient is not None:
            text = differences([gradient], [expected_gradient], 10 * tolerance)
            require(not text, CHECK, case, f"gradient of {name} differs under XLA: {text}")


def _traced(case: LayerCase, layer: keras.layers.Layer) -> Any:
    import tensorflow as tf

    arrays = case.arrays()
    shapes = flat(case.shapes(arrays, dynamic=True))
    signature = [
        tf.TensorSpec(shapes[name], array.dtype, name=name) for name, array in flat(arrays).items()
    ]

    @tf.function(input_signature=signature)
    def run(*tensors: Any) -> list[Any]:
        remaining = iter(tensors)
        inputs: Arrays = {
            name: [next(remaining) for _ in value] if isinstance(value, list) else next(remaining)
            for name, value in arrays.items()
        }
        return outputs_of(case.call(layer, inputs))

    return run
