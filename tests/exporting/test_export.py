"""Exports in the formats of other runtimes, and what becomes of one that fails."""

import json
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

import kerasdl
from kerasdl.exporting import ExportError, Signature, TaskSample, export
from kerasdl.exporting.formats import FORMATS
from kerasdl.exporting.report_table import report_table
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.predict_request import read_predict_request

LABELS = ("zero", "one", "two", "three")


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


def sequence_model(layer, length=None):
    x = keras.Input((length, 5), name="sequence")
    return keras.Model(x, keras.layers.Dense(3)(layer(x)))


def two_inputs_model():
    a = keras.Input((4,), name="a")
    b = keras.Input((3,), dtype="int32", name="b")
    mixed = keras.layers.Concatenate()([a, keras.ops.cast(b, "float32")])
    outputs = {"sum": keras.layers.Dense(1)(mixed), "product": keras.layers.Dense(2)(mixed)}
    return keras.Model([a, b], outputs)


@pytest.mark.parametrize("name", FORMATS)
def test_an_image_classifier(make_servable, make_images, tmp_path, name):
    servable = make_servable()
    report = export(servable, tmp_path / "m", name, metadata={"recipe": "test"})
    assert set(report.differences) == {"batch of 1", "batch of 3"}
    assert report.max_difference < 1e-5
    assert (report.format, report.kind) == (name, "image_classifier")
    assert report.milliseconds > 0
    file = tmp_path / "m" / FORMATS[name].file
    assert file.stat().st_size <= report.bytes
    written = json.loads((tmp_path / "m" / "export_report.json").read_text())
    assert written == json.loads(json.dumps(report.to_json()))
    description = json.loads((tmp_path / "m" / "signature.json").read_text())
    assert description["inputs"] == {"image": {"dtype": "uint8", "shape": [None, 6, 5, 1]}}
    assert description["labels"] == list(LABELS)
    assert description["metadata"] == {"recipe": "test"}
    assert (tmp_path / "m" / "labels.txt").read_text() == "zero\none\ntwo\nthree\n"
    # On images that the export was not checked with.
    images = {"image": make_images(3, (6, 5, 1), seed=9)}
    (found,) = FORMATS[name]().load(file)(images).values()
    expected = np.asarray(servable.model(images["image"]))
    if name != "keras":
        expected = servable.reference(images)["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("name", FORMATS)
def test_a_model_with_several_inputs_and_outputs(tmp_path, name):
    report = export(two_inputs_model(), tmp_path / "m", name)
    assert set(report.differences["batch of 3"]) == {"sum", "product"}
    description = json.loads((tmp_path / "m" / "signature.json").read_text())
    assert set(description["inputs"]) == {"a", "b"}
    assert description["outputs"]["product"] == {"dtype": "float32", "shape": [None, 2]}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN"])
def test_recurrent_layers_run_on_every_length(tmp_path, name, layer):
    model = sequence_model(getattr(kerasdl.layers, layer)(6))
    report = export(model, tmp_path / "m", name)
    assert set(report.differences) == {"batch of 1", "batch of 3", "batch of 1, length 4"}
    assert report.max_difference < 1e-5


@pytest.mark.parametrize("name", FORMATS)
def test_a_masked_recurrent_layer_that_returns_sequences(tmp_path, name):
    sample = np.random.default_rng(0).normal(size=(3, 8, 5)).astype("float32")
    sample[1, 5:] = 0
    x = keras.Input((8, 5), name="sequence")
    masked = keras.layers.Masking()(x)
    outputs = kerasdl.layers.LSTM(6, return_sequences=True)(masked)
    report = export(keras.Model(x, outputs), tmp_path / "m", name, sample=sample)
    assert report.max_difference < 1e-5


@pytest.mark.parametrize("name", FORMATS)
def test_attention(tmp_path, name):
    x = keras.Input((6, 8), name="sequence")
    block = kerasdl.layers.MultiHeadAttention(num_heads=2, key_dim=4)
    report = export(keras.Model(x, block(x, x)), tmp_path / "m", name)
    assert report.max_difference < 1e-5


@pytest.mark.usefixtures("same_process")
def test_a_saved_model_of_any_keras_model(tmp_path):
    report = export(two_inputs_model(), tmp_path / "m")
    assert report.path == tmp_path / "m" / "1"
    loaded = tf.saved_model.load(str(report.path))
    assert set(loaded.signatures["serving_default"].structured_outputs) == {"sum", "product"}


def mean_of_ones():
    inputs = {"a": np.ones((2, 4), "float32"), "b": np.ones((2, 3), "int32")}
    return TaskSample(inputs, lambda outputs: {"mean": float(outputs["sum"].mean())})


@pytest.mark.usefixtures("same_process")
def test_the_table_says_what_was_measured(tmp_path):
    model, formats = two_inputs_model(), ("saved_model", "keras", "onnx")
    reports = [export(model, tmp_path / n, n, task=mean_of_ones()) for n in formats]
    header, *rows = report_table(reports).splitlines()
    assert header.split("  ")[0] == "format"
    assert [row.split()[0] for row in rows] == [*formats, "the", "saved_model:"]
    place = header.index("mean")
    means = [float(row[place:].split()[0]) for row in rows[:4]]
    assert means == pytest.approx([reports[0].keras_metrics["mean"]] * 4, abs=1e-3)
    assert rows[2].endswith("onnx/model.onnx")
    for report in reports:
        assert report.milliseconds > 0
        assert report.metrics["mean"] == pytest.approx(report.keras_metrics["mean"], abs=1e-5)


def test_examples_of_another_signature_are_left_out(tmp_path):
    task = TaskSample({"c": np.ones((2, 4))}, lambda outputs: 1 / 0)
    assert export(two_inputs_model(), tmp_path / "m", "keras", task=task).metrics == {}


def test_an_older_export_is_replaced(tmp_path):
    for units in (2, 3):
        x = keras.Input((4,), name="x")
        export(keras.Model(x, keras.layers.Dense(units)(x)), tmp_path / "m", "keras")
    assert entries(tmp_path) == ["m"]
    assert keras.saving.load_model(tmp_path / "m" / "model.keras").output_shape == (None, 3)


def test_what_is_no_export_is_not_replaced(tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "file").write_text("mine")
    with pytest.raises(ExportError, match="m exists and is no export of kerasdl"):
        export(two_inputs_model(), tmp_path / "m", "keras")
    assert entries(tmp_path) == ["m"]
    assert entries(tmp_path / "m") == ["file"]


def test_an_export_that_differs_fails_and_leaves_the_older_one(tmp_path, monkeypatch):
    model = two_inputs_model()
    export(model, tmp_path / "new" / "m", "onnx")
    before = (tmp_path / "new" / "m" / "model.onnx").read_bytes()
    onnx = FORMATS["onnx"]

    class Wrong(onnx):
        def load(self, path):
            call = super().load(path)
            return lambda inputs: {k: v + np.float32(0.5) for k, v in call(inputs).items()}

    monkeypatch.setitem(FORMATS, "onnx", Wrong)
    for folder in ("new", "newer"):
        with pytest.raises(ExportError, match=r"differs from Keras by 0\.5 in a batch of 1"):
            export(model, tmp_path / folder / "m", "onnx")
    assert entries(tmp_path) == ["new"]
    assert entries(tmp_path / "new") == ["m"]
    assert (tmp_path / "new" / "m" / "model.onnx").read_bytes() == before


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda inputs: {}, "'sum' has shape None for a batch of 1, expected"),
        (lambda inputs: 1 / 0, "fails on a batch of 1: ZeroDivisionError"),
    ],
)
def test_an_export_that_does_not_run(tmp_path, monkeypatch, call, match):
    monkeypatch.setattr(FORMATS["keras"], "load", lambda self, path: call)
    x = keras.Input((4,), name="x")
    model = keras.Model(x, {"sum": keras.layers.Dense(1)(x)})
    with pytest.raises(ExportError, match=match):
        export(model, tmp_path / "m", "keras")
    assert entries(tmp_path) == []


def test_an_export_that_cannot_be_read_back(tmp_path, monkeypatch):
    def load(self, path):
        raise OSError("no such thing")

    monkeypatch.setattr(FORMATS["onnx"], "load", load)
    with pytest.raises(ExportError, match=r"model\.onnx cannot be read back: OSError: no such"):
        export(two_inputs_model(), tmp_path / "m", "onnx")
    assert entries(tmp_path) == []


@pytest.mark.parametrize("name", [name for name in FORMATS if not FORMATS[name].any_precision])
def test_models_in_16_bits_are_refused_where_the_runtime_has_none(make_servable, tmp_path, name):
    with pytest.raises(ExportError, match=f"computes in bfloat16, which {name} does not: train"):
        export(make_servable(dtype="mixed_bfloat16"), tmp_path / "m", name)
    assert entries(tmp_path) == []


def test_a_keras_file_holds_models_in_16_bits(make_servable, tmp_path):
    report = export(make_servable(dtype="mixed_bfloat16"), tmp_path / "m", "keras")
    assert report.max_difference <= 5e-2 * report.scale


def test_a_model_of_text_has_no_numbers(make_servable, tmp_path):
    servable = make_servable()
    name = "serve_bytes"
    signatures = {"serving_default": servable.signatures[name]}
    assert isinstance(signatures["serving_default"], Signature)
    servable = kerasdl.exporting.Servable(
        "text", servable.model, signatures, servable.sample, servable.reference
    )
    match = r"no signature of this model takes numbers .*it has serving_default.*saved_model"
    with pytest.raises(ExportError, match=match):
        export(servable, tmp_path / "m", "onnx")


def test_operations_that_onnx_lacks_are_named(tmp_path):
    class Lost(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.lgamma(inputs)

    x = keras.Input((4,), name="x")
    with pytest.raises(ExportError, match=r"ONNX has no operation for TensorFlow's Lgamma"):
        export(keras.Model(x, Lost()(x)), tmp_path / "m", "onnx")
    assert entries(tmp_path) == []


def test_a_model_of_whole_numbers_has_to_be_equal(tmp_path):
    x = keras.Input((4,), dtype="int32", name="x")
    model = keras.Model(x, keras.ops.argmax(x * 3, axis=-1))
    for name in ("onnx", "litert"):
        assert export(model, tmp_path / name, name).max_difference == 0


def test_only_litert_is_quantized(tmp_path):
    with pytest.raises(ValueError, match=r"quantize='int8' for onnx\. Expected format 'lit"):
        export(two_inputs_model(), tmp_path / "m", "onnx", quantize="int8")


def test_the_format_is_known(tmp_path):
    with pytest.raises(ValueError, match=r"Received format 'h5'\. Expected one of saved_model, ke"):
        export(two_inputs_model(), tmp_path / "m", "h5")


def test_a_servable_has_its_own_sample(make_servable, tmp_path):
    with pytest.raises(ValueError, match="Received a sample for a Servable"):
        export(make_servable(), tmp_path / "m", "keras", sample=np.zeros((1, 6, 5, 1)))


def test_a_sample_fits(tmp_path):
    with pytest.raises(ValueError, match=r"Received a sample of shapes .*\(3, 4\).*Expected"):
        export(sequence_model(keras.layers.GRU(2)), tmp_path, sample=np.zeros((3, 4)))


@pytest.mark.parametrize(
    ("sample", "match"),
    [
        (
            [[0.5, 1, 2, 3]],
            r"a sample of 4 parts\. Expected arrays of shapes {'x': \(None, 4\)}; m",
        ),
        (np.array([["a"] * 4]), "sample of input 'x' that is no array of float32: could not"),
        ({"x": [[0.5, 1], [2]]}, "sample of input 'x' that is no array of float32: setting an"),
        (np.zeros((0, 4)), r"a sample of shapes {'x': \(0, 4\)}"),
        (0.5, r"a sample of shapes {'x': \(\)}"),
    ],
)
def test_a_sample_is_made_of_arrays(tmp_path, sample, match):
    x = keras.Input((4,), name="x")
    model = keras.Model(x, keras.layers.Dense(2)(x))
    with pytest.raises(ValueError, match=match):
        export(model, tmp_path / "m", "keras", sample=sample)


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_inputs_of_16_bits_are_float32_outside(tmp_path, dtype):
    x = keras.Input((4,), dtype=dtype, name="x")
    model = keras.Model(x, keras.layers.Dense(2)(keras.ops.cast(x, "float32")))
    report = export(model, tmp_path / "m")
    signature = tf.saved_model.load(str(report.path)).signatures["serving_default"]
    numbers = tf.constant([[1 / 3, 1e-3, 5.0, -7 / 9]], tf.float32)
    expected = model(tf.cast(numbers, dtype))
    np.testing.assert_allclose(signature(x=numbers)["output"], expected, atol=1e-5)
    # The request that lies beside it is one that the server reads.
    body = (report.path / "assets.extra" / "sample_request.json").read_bytes()
    info = LoadedModel(report.path).signature
    assert read_predict_request(body, info).tensors["x"].dtype == np.float32


@pytest.mark.parametrize("name", ["onnx", "openvino"])
def test_an_output_has_another_name_than_an_input(tmp_path, name):
    x = keras.Input((4,), name="x")
    model = keras.Model(x, {"x": keras.layers.Dense(2)(x)})
    with pytest.raises(ExportError, match=f"{name} cannot tell the output 'x' from the input of"):
        export(model, tmp_path / "m", name)


def test_a_subclassed_model_is_refused(tmp_path):
    class Mine(keras.Model):
        def call(self, inputs):
            return inputs

    with pytest.raises(ValueError, match="Expected a functional or sequential model"):
        export(Mine(), tmp_path / "m", "keras")


def test_strings_need_a_sample(tmp_path):
    x = keras.Input((1,), dtype="string", name="text")
    lookup = keras.layers.StringLookup(vocabulary=["a"])(x)
    model = keras.Model(x, keras.ops.cast(lookup, "float32"))
    with pytest.raises(ValueError, match="input 'text' is string"):
        export(model, tmp_path / "m", "keras")


@pytest.mark.parametrize(
    ("name", "package"),
    [("onnx", "tf2onnx"), ("litert", "ai_edge_litert"), ("openvino", "openvino")],
)
def test_a_missing_package_is_named(tmp_path, monkeypatch, name, package):
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    match = rf"needs the package {package}\. Install it with: pip install 'kerasdl\[{name}\]'"
    with pytest.raises(ValueError, match=match):
        export(two_inputs_model(), tmp_path / "m", name)
    assert entries(tmp_path) == []
