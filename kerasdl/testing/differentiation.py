"""Gradients of a layer, the same way on the TensorFlow and the JAX backend."""

import dataclasses
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase, is_float, outputs_of, to_numpy
from kerasdl.testing.functional_model import flat

DIFFERENTIABLE_BACKENDS = ("tensorflow", "jax")


@dataclasses.dataclass
class Gradients:
    """Outputs, the scalar made of them, and its gradients as arrays; `None` = not connected."""

    outputs: list[np.ndarray]
    loss: float
    weights: dict[str, np.ndarray | None]
    inputs: dict[str, np.ndarray | None]


def scalar_loss(outputs: list[Any], keep: list[Any] | None = None) -> Any:
    """The sum of the float outputs, each entry with a fixed random factor.

    A plain sum would miss errors that cancel: every row of a softmax sums to one.

    Args:
        outputs: Tensors.
        keep: For each output a boolean array or `None`; entries where it is `False` are left out.
    """
    random = np.random.default_rng(1)
    total: Any = 0.0
    for i, output in enumerate(outputs):
        if not is_float(output):
            continue
        dtype = "float64" if "64" in keras.backend.standardize_dtype(output.dtype) else "float32"
        factors = random.standard_normal(output.shape).astype(dtype)
        output = keras.ops.cast(output, dtype)
        if keep is not None and keep[i] is not None:
            output = keras.ops.where(keep[i], output, keras.ops.zeros_like(output))
        total = total + keras.ops.sum(output * factors)
    return total


def differentiate(
    case: LayerCase,
    layer: keras.layers.Layer,
    arrays: Arrays | None = None,
    *,
    training: bool = False,
    keep: list[Any] | None = None,
    compiled: bool = False,
    **more: Any,
) -> Gradients:
    """Runs the layer and returns the gradients of `scalar_loss` by weight path and input name.

    Args:
        case: How to call the layer.
        layer: A built layer.
        arrays: Inputs; the case's own by default.
        training: Passed to the layer.
        keep: Passed to `scalar_loss`.
        compiled: Whether to run under XLA.
        more: Further call arguments, such as masks.
    """
    arrays = case.arrays() if arrays is None else arrays
    names = [name for name, leaf in flat(arrays).items() if is_float(leaf)]
    run = _with_tensorflow if keras.backend.backend() == "tensorflow" else _with_jax
    outputs, loss, by_weight, by_input = run(
        case, layer, arrays, names, training, keep, compiled, more
    )
    weights = [w for w in layer.trainable_weights if is_float(w)]
    return Gradients(
        outputs=[to_numpy(output) for output in outputs],
        loss=float(to_numpy(loss)),
        weights={w.path: _numpy_or_none(g) for w, g in zip(weights, by_weight, strict=True)},
        inputs={n: _numpy_or_none(g) for n, g in zip(names, by_input, strict=True)},
    )


def _with_tensorflow(
    case: LayerCase,
    layer: keras.layers.Layer,
    arrays: Arrays,
    names: list[str],
    training: bool,
    keep: list[Any] | None,
    compiled: bool,
    more: dict[str, Any],
) -> tuple[list[Any], Any, list[Any], list[Any]]:
    import tensorflow as tf

    def run(tensors: list[Any]) -> tuple[list[Any], Any, list[Any], list[Any]]:
        weights = [w.value for w in layer.trainable_weights if is_float(w)]
        with tf.GradientTape() as tape:
            for tensor in tensors:
                tape.watch(tensor)
            outputs = outputs_of(
                case.call(layer, _replace(arrays, names, tensors), training, **more)
            )
            loss = tf.convert_to_tensor(scalar_loss(outputs, keep))
        gradients = tape.gradient(loss, [*weights, *tensors])
        dense = [
            tf.convert_to_tensor(g) if isinstance(g, tf.IndexedSlices) else g for g in gradients
        ]
        return outputs, loss, dense[: len(weights)], dense[len(weights) :]

    by_name = flat(arrays)
    tensors = [tf.convert_to_tensor(by_name[name]) for name in names]
    return (tf.function(run, jit_compile=True) if compiled else run)(tensors)


def _with_jax(
    case: LayerCase,
    layer: keras.layers.Layer,
    arrays: Arrays,
    names: list[str],
    training: bool,
    keep: list[Any] | None,
    compiled: bool,
    more: dict[str, Any],
) -> tuple[list[Any], Any, list[Any], list[Any]]:
    import jax

    weights = [w for w in layer.trainable_weights if is_float(w)]

    def run(values: list[Any], tensors: list[Any]) -> tuple[Any, list[Any]]:
        mapping = list(zip(weights, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping):
            outputs = outputs_of(
                case.call(layer, _replace(arrays, names, tensors), training, **more)
            )
            loss = keras.ops.convert_to_tensor(scalar_loss(outputs, keep))
        return loss, outputs

    by_name = flat(arrays)
    tensors = [keras.ops.convert_to_tensor(by_name[name]) for name in names]
    function = jax.value_and_grad(run, argnums=(0, 1), has_aux=True)
    function = jax.jit(function) if compiled else function
    (loss, outputs), (by_weight, by_input) = function([w.value for w in weights], tensors)
    return outputs, loss, by_weight, by_input


def _replace(arrays: Arrays, names: list[str], tensors: list[Any]) -> Arrays:
    """The inputs with the named leaves replaced by tensors."""
    by_name = {**flat(arrays), **dict(zip(names, tensors, strict=True))}
    return {
        name: [by_name[f"{name}_{i}"] for i in range(len(value))]
        if isinstance(value, list)
        else by_name[name]
        for name, value in arrays.items()
    }


def _numpy_or_none(value: Any) -> np.ndarray | None:
    return None if value is None else to_numpy(value)
