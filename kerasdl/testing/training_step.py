"""Training: one step of `train_on_batch` changes every trainable weight."""

import warnings
from typing import Any

import keras
import numpy as np

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import require
from kerasdl.testing.functional_model import flat
from kerasdl.testing.layer_state import seed_states
from kerasdl.testing.tensors import is_float, outputs_of, to_numpy

CHECK = "training"


class Gain(keras.layers.Layer):
    """Multiplies by one trainable number, so that layers without weights can be trained."""

    def build(self, input_shape: Any) -> None:
        """Creates the factor."""
        self.factor = self.add_weight(shape=(), initializer="ones", name="factor")

    def call(self, inputs: Any) -> Any:
        """Returns the inputs times the factor, in float32."""
        return keras.ops.cast(inputs, self.factor.dtype) * self.factor

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Returns the input's shape."""
        return input_shape


def check_training_step(case: LayerCase) -> None:
    """Checks that one training step has a finite loss and changes every trainable weight.

    Args:
        case: The layer.
    """
    layer = case.make_built()
    inputs = case.symbolic_inputs()
    outputs = [o for o in outputs_of(case.call(layer, inputs, training=None)) if is_float(o)]
    model = keras.Model(flat(inputs), [Gain()(output) for output in outputs])
    # Adam's step does not depend on the size of the gradient, so small ones show as well.
    # TensorFlow need not trace a graph for a single step: `check_compilation` does. JAX would
    # compile its operations one by one.
    model.compile(
        optimizer=keras.optimizers.Adam(0.01),
        loss=["mse"] * len(outputs),
        run_eagerly=keras.backend.backend() == "tensorflow",
        jit_compile=keras.backend.backend() == "jax",
    )

    arrays = flat(case.arrays())
    random = np.random.default_rng(3)
    targets = [
        random.standard_normal(to_numpy(output).shape).astype("float32")
        for output in outputs_of(model(arrays))
    ]
    before = {w.path: to_numpy(w) for w in model.trainable_weights}
    seeds = [to_numpy(state) for state in seed_states(layer)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Gradients do not exist")  # said better below
        loss = model.train_on_batch(arrays, targets)
    require(bool(np.isfinite(loss).all()), CHECK, case, f"the loss is {loss}.")
    still = [
        w.path
        for w in model.trainable_weights
        if np.array_equal(to_numpy(w), before[w.path]) and not w.path.endswith(case.no_gradient)
    ]
    require(not still, CHECK, case, f"a training step leaves {still} unchanged.")
    moved = [
        not np.array_equal(to_numpy(state), start)
        for state, start in zip(seed_states(layer), seeds, strict=True)
    ]
    require(
        not case.is_random(layer) or any(moved),
        CHECK,
        case,
        "a training step leaves the seed state as it was.",
    )
