"""Graphs as tf2onnx takes them."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl.exporting import export
from kerasdl.exporting.formats import Onnx
from kerasdl.exporting.formats.onnx_graph import with_reserved_lists


def graph_of(function):
    concrete = tf.function(function, input_signature=[tf.TensorSpec([None, 2])])
    return concrete.get_concrete_function().graph.as_graph_def()


def operations(graph):
    nodes = [*graph.node, *(n for f in graph.library.function for n in f.node_def)]
    return [node.op for node in nodes if node.op.startswith("TensorList")]


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, "TensorListReserve"), (1.0, "TensorListFromTensor")]
)
def test_lists_of_zeros_and_no_others_are_reserved(value, expected):
    def stacked(x):
        filled = tf.fill(tf.stack([3, tf.shape(x)[0], 2]), value)
        array = tf.TensorArray(tf.float32, 3, element_shape=[None, 2]).unstack(filled)
        return array.write(1, x).stack()

    graph = graph_of(stacked)
    x = np.ones((4, 2), "float32")
    changed = with_reserved_lists(graph)
    assert expected in operations(changed)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.graph_util.import_graph_def(changed, name="")
        operation = session.graph.get_operations()
        output = next(o for o in operation if o.type == "TensorListStack").outputs[0]
        source = next(o for o in operation if o.type == "Placeholder").outputs[0]
        found = session.run(output, {source: x})
    np.testing.assert_array_equal(found, stacked(tf.constant(x)))


def test_a_loop_in_a_loop(tmp_path):
    """The inner one is in a function of the graph, where tensors have other names."""
    import kerasdl

    cell = kerasdl.layers.LSTM(3, return_sequences=True)
    cell.build((None, None, 3))

    class Again(keras.layers.Layer):
        def call(self, inputs):
            return tf.while_loop(
                lambda step, x: step < 2, lambda step, x: (step + 1, cell(x)), (0, inputs)
            )[1]

    x = keras.Input((4, 3), name="x")
    again = Again()
    again.cell = cell
    report = export(keras.Model(x, again(x)), tmp_path / "m", "onnx")
    assert report.max_difference < 1e-5


@pytest.mark.parametrize("activation", ["gelu", "kerasdl"])
def test_gelu(tmp_path, activation):
    import kerasdl

    function = kerasdl.ops.gelu if activation == "kerasdl" else activation
    x = keras.Input((8,), name="x")
    model = keras.Model(x, keras.layers.Activation(function)(x))
    sample = np.linspace(-9, 9, 24, dtype="float32").reshape(3, 8)
    report = export(model, tmp_path / "m", "onnx", sample=sample)
    assert report.max_difference < 1e-6
    assert set(Onnx().load(report.location)({"x": sample})) == {"output"}
