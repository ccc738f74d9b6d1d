"""Long sequences: no tensor of all pairs is ever made, whatever is asked for besides."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from kerasdl.ops import scaled_dot_product_attention

LENGTH = 4096  # in blocks from a length of 2048 on
PADDING = np.arange(LENGTH)[None, None, None, :] < LENGTH - 7

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "mask": {"mask": PADDING},
    "dropout": {"dropout_rate": 0.1, "dropout_seed": 3},
    "causal_mask_and_dropout": {
        "causal": True,
        "mask": PADDING,
        "dropout_rate": 0.1,
        "dropout_seed": 3,
    },
    "bias": {"bias": np.zeros((1, 1, 1, LENGTH), "float32")},
}


def largest_tensor(function: Any, *specs: tf.TensorSpec) -> int:
    """Elements of the largest tensor in the graph of a function that calls no others."""
    graph = tf.function(function, autograph=False).get_concrete_function(*specs).graph
    calls = [op.type for op in graph.get_operations() if "Call" in op.type or "While" in op.type]
    assert calls == []  # their insides would not be seen
    nodes = [tensor.shape for op in graph.get_operations() for tensor in op.outputs]
    return max(shape.num_elements() or 0 for shape in nodes if shape.rank is not None)


def gradients(**options: Any) -> Any:
    def run(query: Any, key: Any, value: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch((query, key, value))
            outputs = scaled_dot_product_attention(query, key, value, **options)
        return tape.gradient(outputs, (query, key, value))

    return run


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_no_tensor_of_all_pairs(options: dict[str, Any]) -> None:
    spec = tf.TensorSpec((1, 1, LENGTH, 8), "float32")
    assert largest_tensor(gradients(**options), spec, spec, spec) < LENGTH * LENGTH / 2


def test_the_weights_themselves_are_all_pairs() -> None:
    spec = tf.TensorSpec((1, 1, LENGTH, 8), "float32")

    def weights(query: Any, key: Any, value: Any) -> Any:
        return scaled_dot_product_attention(query, key, value, return_weights=True)

    assert largest_tensor(weights, spec, spec, spec) >= LENGTH * LENGTH
