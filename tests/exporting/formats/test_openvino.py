"""OpenVINO: what it writes, refuses, and does not tell anybody."""

import subprocess
import sys

import keras
import pytest
import tensorflow as tf

from kerasdl.exporting import ExportError, export
from kerasdl.exporting.formats import OpenVino


def test_weights_keep_their_32_bits(tmp_path):
    x = keras.Input((64,), name="x")
    model = keras.Model(x, keras.layers.Dense(64)(x))
    report = export(model, tmp_path / "m", "openvino")
    assert report.max_difference < 1e-5
    assert (tmp_path / "m" / "model.bin").stat().st_size >= 4 * 64 * 64
    files = {path.name for path in (tmp_path / "m").iterdir()}
    assert files == {"model.xml", "model.bin", "signature.json", "export_report.json"}


def test_operations_that_openvino_lacks_are_named(tmp_path):
    class Lost(keras.layers.Layer):
        def call(self, inputs):
            return tf.math.igamma(inputs, inputs)

    x = keras.Input((4,), name="x")
    with pytest.raises(ExportError, match=r"OpenVINO cannot convert this model: .*Igamma.*or onnx"):
        export(keras.Model(x, Lost()(x)), tmp_path / "m", "openvino")
    assert list(tmp_path.iterdir()) == []


def test_it_is_imported_without_telemetry():
    code = (
        "import sys; from kerasdl.exporting.formats import OpenVino; print(OpenVino().require()); "
        "print([name for name in sys.modules if name.startswith('openvino_telemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, modules = done.stdout.splitlines()
    assert version.startswith("openvino 20")
    assert modules == "[]"


def test_what_is_imported_already_stays(monkeypatch):
    module = object()
    monkeypatch.setitem(sys.modules, "openvino_telemetry", module)
    OpenVino().require()
    assert sys.modules["openvino_telemetry"] is module
