"""Gradients of a layer, in the same form on the TensorFlow and the JAX backend."""

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import Arrays, LayerCase
from kerasdl.testing.functional_model import flat
from kerasdl.testing.tensors import is_float, outputs_of, to_numpy, to_tensors


@dataclasses.dataclass
class Gradients:
    """Outputs, the scalar made of them, and its gradients as arrays; `None` = not connected."""

    outputs: list[np.ndarray]
    dtypes: list[str]
    loss: float
    weights: dict[str, np.ndarray | None]
    inputs: dict[str, np.ndarray | None]


def scalar_loss(outputs: list[Any], keep: list[Any] | None = None) -> Any:
    """The sum of the float outputs, each entry with a fixed random factor.

    A plain sum would miss errors that cancel: every row of a softmax sums to one.

    Args:
        outputs: Tensors.
        keep: For each output a boolean array over its leading axes, or `None`; entries where it
            is `False` are left out.
    """
    random = np.random.default_rng(1)
    total: Any = 0.0
    for i, output in enumerate(outputs):
        if not is_float(output):
            continue
        dtype = "float64" if "64" in keras.backend.standardize_dtype(output.dtype) else "float32"
        factors = random.standard_normal(output.shape).astype(dtype)
        output = keras.ops.cast(output, dtype)
        mask = None if keep is None else keep[i]
        if mask is not None:
            mask = np.reshape(mask, mask.shape + (1,) * (output.ndim - mask.ndim))
            output = keras.ops.where(mask, output, keras.ops.zeros_like(output))
        total = total + keras.ops.sum(output * factors)
    return total


def differentiate(
    case: LayerCase,
    layer: keras.layers.Layer,
    arrays: Arrays | None = None,
    *,
    training: bool = False,
    compiled: bool | None = None,
) -> Gradients:
    """Runs the layer once and returns the gradients of `scalar_loss`; see `Differentiator`."""
    arrays = case.arrays() if arrays is None else arrays
    return Differentiator(case, layer, training=training, compiled=compiled)(arrays)


class Differentiator:
    """The gradients of `scalar_loss` by weight path and by input name, as often as asked.

    Args:
        case: How to call the layer.
        layer: A built layer.
        training: Passed to the layer.
        keep: Passed to `scalar_loss`.
        compiled: Whether to run under XLA; by default on JAX, where single operations are
            compiled one by one and so take longer.
    """

    def __init__(
        self,
        case: LayerCase,
        layer: keras.layers.Layer,
        *,
        training: bool = False,
        keep: list[Any] | None = None,
        compiled: bool | None = None,
    ) -> None:
        self.case = case
        self.layer = layer
        self.training = training
        self.keep = keep
        self.weights = [w for w in layer.trainable_weights if is_float(w)]
        on_jax = keras.backend.backend() == "jax"
        make = self._jax_function if on_jax else self._tensorflow_function
        self._function = make(on_jax if compiled is None else compiled)

    def __call__(self, arrays: Arrays, **more: Any) -> Gradients:
        """Runs the layer on `arrays` with further tensors, such as masks, by argument name."""
        by_name = {name: to_tensors(leaf) for name, leaf in flat(arrays).items()}
        floats = {name: tensor for name, tensor in by_name.items() if is_float(tensor)}
        others = {name: tensor for name, tensor in by_name.items() if name not in floats}
        structure = {
            name: len(value) if isinstance(value, list) else None for name, value in arrays.items()
        }
        self._structure = structure
        outputs, loss, by_weight, by_input = self._function(floats, others, more)
        return Gradients(
            outputs=[to_numpy(output) for output in outputs],
            dtypes=[keras.backend.standardize_dtype(output.dtype) for output in outputs],
            loss=float(to_numpy(loss)),
            weights={
                weight.path: _numpy_or_none(gradient)
                for weight, gradient in zip(self.weights, by_weight, strict=True)
            },
            inputs={name: _numpy_or_none(by_input[name]) for name in floats},
        )

    def _forward(self, by_name: dict[str, Any], more: dict[str, Any]) -> tuple[Any, list[Any]]:
        arrays = {
            name: by_name[name]
            if length is None
            else [by_name[f"{name}_{i}"] for i in range(length)]
            for name, length in self._structure.items()
        }
        outputs = outputs_of(self.case.call(self.layer, arrays, self.training, **more))
        return scalar_loss(outputs, self.keep), outputs

    def _tensorflow_function(self, compiled: bool) -> Callable[..., Any]:
        import tensorflow as tf

        def run(
            floats: dict[str, Any], others: dict[str, Any], more: dict[str, Any]
        ) -> tuple[list[Any], Any, list[Any], dict[str, Any]]:
            weights = [weight.value for weight in self.weights]
            with tf.GradientTape() as tape:
                tape.watch(list(floats.values()))
                loss, outputs = self._forward({**floats, **others}, more)
                loss = tf.convert_to_tensor(loss)
            by_weight, by_input = tape.gradient(loss, [weights, floats])
            # The gradient of a table that is looked up comes as its touched rows.
            dense = [
                tf.convert_to_tensor(gradient)
                if isinstance(gradient, tf.IndexedSlices)
                else gradient
                for gradient in by_weight
            ]
            return outputs, loss, dense, by_input

        return tf.function(run, jit_compile=True, autograph=False) if compiled else run

    def _jax_function(self, compiled: bool) -> Callable[..., Any]:
        import jax

        def loss_of(
            values: list[Any], floats: dict[str, Any], others: dict[str, Any], more: dict[str, Any]
        ) -> tuple[Any, list[Any]]:
            mapping = list(zip(self.layer.variables, values, strict=True))
            with keras.StatelessScope(state_mapping=mapping):
                return self._forward({**floats, **others}, more)

        def split(
            trainable: list[Any], rest: list[Any], floats: Any, others: Any, more: Any
        ) -> tuple[Any, list[Any]]:
            by_id = dict(zip(map(id, self.weights), trainable, strict=True))
            fixed = iter(rest)
            values = [by_id[id(v)] if id(v) in by_id else next(fixed) for v in self.layer.variables]
            return loss_of(values, floats, others, more)

        differentiated = jax.value_and_grad(split, argnums=(0, 2), has_aux=True)
        differentiated = jax.jit(differentiated) if compiled else differentiated

        def run(floats: Any, others: Any, more: Any) -> tuple[list[Any], Any, list[Any], Any]:
            ids = {id(weight) for weight in self.weights}
            rest = [v.value for v in self.layer.variables if id(v) not in ids]
            (loss, outputs), (by_weight, by_input) = differentiated(
                [weight.value for weight in self.weights], rest, floats, others, more
            )
            return outputs, loss, by_weight, by_input

        return run


def _numpy_or_none(value: Any) -> np.ndarray | None:
    return None if value is None else to_numpy(value)
