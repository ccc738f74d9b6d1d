"""What an exported model of sequences answers."""

import logging

import keras
import numpy as np
import pytest

from kerasdl.exporting import ServedModel, export_saved_model, sequence_regressor
from kerasdl.models import recurrent_towers

FEATURES = ["value", "marker"]
SEQUENCES = np.random.default_rng(0).uniform(size=(5, 12, 2)).astype("float32")


@pytest.fixture(scope="module")
def servable():
    return sequence_regressor(recurrent_towers(2, units=6, seed=1), FEATURES, SEQUENCES)


def test_the_export_is_the_keras_model_at_any_length(servable, tmp_path, caplog):
    import tensorflow as tf

    report = export_saved_model(servable, tmp_path / "model")
    assert report.max_difference < 1e-5
    log = logging.getLogger("absl")
    log.addHandler(caplog.handler)
    ServedModel.from_saved_model(report.path)
    log.removeHandler(caplog.handler)
    assert not caplog.records
    loaded = tf.saved_model.load(str(report.path))
    serve = loaded.signatures["serving_default"]
    for batch, length in ((2, 12), (1, 1), (3, 40), (2, 300)):
        sequence = np.random.default_rng(length).uniform(size=(batch, length, 2)).astype("float32")
        answer = serve(sequence=tf.constant(sequence))
        expected = servable.model(sequence)
        assert set(answer) == {"simple_rnn", "gru", "lstm"}
        for name, numbers in answer.items():
            assert (numbers.shape, numbers.dtype) == ((batch,), tf.float32)
            np.testing.assert_allclose(numbers, expected[name][:, 0], atol=1e-5)
    graph = serve.graph.as_graph_def()
    nodes = [*graph.node, *(node for f in graph.library.function for node in f.node_def)]
    functions = [f.attr for f in graph.library.function]
    assert any(node.op == "MatMul" for node in nodes)
    assert not [node.op for node in nodes if "Xla" in node.op]
    # TensorFlow Serving refuses functions that must be compiled.
    for attributes in (*functions, *(node.attr for node in nodes)):
        assert not attributes["_XlaMustCompile"].b


def test_a_model_trained_in_16_bits_is_served_in_32():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = recurrent_towers(2, units=6, seed=1)
    finally:
        keras.config.set_dtype_policy(policy)
    served = sequence_regressor(model, FEATURES, SEQUENCES)
    exact = recurrent_towers(2, units=6, seed=1)(SEQUENCES[:3])
    for name, numbers in served.reference(served.sample).items():
        np.testing.assert_allclose(numbers, exact[name][:, 0], atol=1e-6)


def test_what_does_not_fit_is_refused():
    model = recurrent_towers(2, units=2)
    with pytest.raises(ValueError, match=r"of shape \(None, None, 3\), at each step a number for"):
        sequence_regressor(model, ["a", "b", "c"], SEQUENCES)
    for shape in ((0, 4, 2), (4, 2), (3, 4, 1)):
        with pytest.raises(ValueError, match=r"Expected \(sequences, time, 2\)"):
            sequence_regressor(model, FEATURES, np.zeros(shape))
    single = keras.Model(model.inputs, model.get_layer("lstm_layer").output)
    with pytest.raises(ValueError, match=r"Expected a dictionary of outputs \(None, 1\)"):
        sequence_regressor(single, FEATURES, SEQUENCES)
