"""LiteRT: recurrent models, models in 8 bits, and what it refuses."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasdl
from kerasdl.exporting import ExportError, TaskSample, export
from kerasdl.exporting.formats import LiteRT


def classifier(extra=None):
    x = keras.Input((6,), name="x")
    initializer = keras.initializers.RandomNormal(stddev=1.0, seed=1)
    h = keras.layers.Dense(16, activation="relu", kernel_initializer=initializer)(x)
    h = h if extra is None else extra(h)
    return keras.Model(x, keras.layers.Dense(3, kernel_initializer=initializer)(h))


def rows(count, seed):
    return np.random.default_rng(seed).normal(size=(count, 6)).astype("float32")


def agreement(model, inputs):
    """Examples whose class is that which the model itself sees."""
    classes = np.asarray(model(inputs)).argmax(axis=-1)

    def score(outputs):
        return {"accuracy": float(np.mean(outputs["output"].argmax(axis=-1) == classes))}

    return TaskSample({"x": inputs}, score)


@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN"])
def test_recurrent_classifiers_run_on_any_batch_and_length(tmp_path, layer):
    x = keras.Input((None, 5), name="x")
    rnn = keras.layers.Bidirectional(getattr(kerasdl.layers, layer)(6, return_sequences=True))
    h = getattr(kerasdl.layers, layer)(4)(rnn(x))
    model = keras.Model(x, keras.layers.Dense(3)(h))
    report = export(model, tmp_path / "m", "litert")
    assert set(report.differences) == {"batch of 1", "batch of 3", "batch of 1, length 4"}
    assert report.max_difference < 1e-5
    assert report.notes == ()
    inputs = np.random.default_rng(0).normal(size=(5, 13, 5)).astype("float32")
    found = LiteRT().load(report.location)({"x": inputs})["output"]
    np.testing.assert_allclose(found, model(inputs), atol=1e-5)


def test_a_recurrent_layer_of_keras_takes_one_example_at_a_time(tmp_path):
    x = keras.Input((7, 5), name="x")
    model = keras.Model(x, keras.layers.Dense(2)(keras.layers.LSTM(4)(x)))
    report = export(model, tmp_path / "m", "litert")
    assert report.max_difference < 1e-5
    assert report.notes == ("for one example at a time: a list of unknown size is in the model",)


def test_models_in_8_bits_are_smaller_and_agree(tmp_path):
    model = classifier()
    options = {"task": agreement(model, rows(256, 1)), "representative": {"x": rows(128, 2)}}
    sizes = {}
    for quantize in (None, "dynamic", "int8"):
        folder = tmp_path / str(quantize)
        report = export(model, folder, "litert", quantize=quantize, **options)
        assert report.metrics["accuracy"] >= 0.95
        assert (report.allowed is None) == (quantize is not None)
        assert report.notes == ()
        sizes[quantize] = report.bytes
    int8 = LiteRT("int8").load(tmp_path / "int8" / "model.tflite")
    (answer,) = int8({"x": rows(4, 3)}).values()
    # In 8 bits there are at most 256 answers, a step apart.
    steps = np.diff(np.unique(int8({"x": rows(2000, 4)})["output"]))
    assert answer.dtype == np.float32
    assert steps.min() > 1e-3


def test_an_export_is_silent(tmp_path, capfd):
    options = {"quantize": "int8", "representative": {"x": rows(8, 2)}, "tolerance": float("inf")}
    report = export(classifier(), tmp_path / "m", "litert", **options)
    LiteRT("int8").load(report.location)({"x": rows(2, 3)})
    assert capfd.readouterr() == ("", "")


def test_what_has_no_form_in_8_bits_is_noted(tmp_path):
    class Floor(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.floor(inputs)

    report = export(
        classifier(Floor()),
        tmp_path / "m",
        "litert",
        quantize="int8",
        representative={"x": rows(64, 2)},
        tolerance=float("inf"),
    )
    assert report.notes == ("some operations have no form in 8 bits and compute in floats",)


def test_without_examples_of_the_task_the_numbers_count(tmp_path):
    options = {"quantize": "int8", "representative": {"x": rows(64, 2) / 1000}}
    with pytest.raises(ExportError, match="'output' differs from Keras by"):
        export(classifier(), tmp_path / "m", "litert", sample={"x": rows(3, 1)}, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_8_bits_ruin_is_not_exported(tmp_path):
    model = classifier()
    options = {"quantize": "int8", "representative": {"x": rows(64, 2) / 1000}}
    match = r"in 8 bits the model has accuracy 0\.\d+ where Keras has 1, further off than 5%"
    with pytest.raises(ExportError, match=match):
        export(model, tmp_path / "m", "litert", task=agreement(model, rows(256, 1)), **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", [None, {"y": rows(3, 1)}])
def test_int8_needs_examples(tmp_path, given):
    with pytest.raises(ExportError, match="int8 needs representative examples of x; received"):
        export(classifier(), tmp_path / "m", "litert", quantize="int8", representative=given)


def test_recurrent_models_are_quantized_by_their_weights_alone(tmp_path):
    x = keras.Input((None, 5), name="x")
    model = keras.Model(x, keras.layers.Dense(3)(kerasdl.layers.LSTM(16)(x)))
    report = export(model, tmp_path / "dynamic", "litert", quantize="dynamic")
    assert report.max_difference < 0.05
    with pytest.raises(ExportError, match="inside of loops, and this model has one: quantize"):
        export(
            model,
            tmp_path / "int8",
            "litert",
            quantize="int8",
            representative={"x": np.zeros((4, 8, 5), "float32")},
        )
    assert [path.name for path in tmp_path.iterdir()] == ["dynamic"]


def test_operations_that_litert_lacks_are_named(tmp_path):
    class Lost(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.igamma(inputs, inputs)

    match = r"LiteRT has no operation .*Igamma.*replace it, or export the model as saved_model"
    with pytest.raises(ExportError, match=match):
        export(classifier(Lost()), tmp_path / "m", "litert")
    assert list(tmp_path.iterdir()) == []


def test_the_kind_of_quantization_is_known():
    with pytest.raises(ValueError, match=r"quantize='int4'\. Expected None, 'dynamic' or"):
        LiteRT("int4")
