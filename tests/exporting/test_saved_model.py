"""The artefact, its files, and what becomes of an export that fails."""

import dataclasses
import errno
import json
import logging
import resource
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import files
from kerasdl.exporting import ExportError, export_saved_model, image_classifier, saved_model
from kerasdl.exporting.saved_model_archive import write_saved_model
from kerasdl.exporting.server_rules import refused_functions

LABELS = ("zero", "one", "two", "three")


def read_extra(exported, name):
    return json.loads((exported.path / "assets.extra" / name).read_text())


def entries(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_files_of_an_export(exported):
    assert entries(exported.path.parent) == ["1"]
    assert entries(exported.path) == [
        "assets",
        "assets.extra",
        "export_report.json",
        "fingerprint.pb",
        "saved_model.pb",
        "variables",
    ]
    assert entries(exported.path / "assets.extra") == [
        "labels.txt",
        "sample_request.json",
        "sample_request_bytes.json",
        "sample_request_classify.json",
        "signature.json",
        "tf_serving_warmup_requests",
    ]


def test_other_users_can_read_an_export(exported, tmp_path):
    (tmp_path / "usual").mkdir()
    assert exported.path.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_the_report(exported):
    report = exported.report
    assert report.version == 1
    assert report.kind == "image_classifier"
    assert set(report.differences) == {"batch of 1", "batch of 3"}
    assert report.milliseconds > 0
    assert report.keras_milliseconds > 0
    assert report.signatures == ("serving_default", "serve_bytes", "classify")
    assert report.compute_dtype == "float32"
    assert report.tolerance == 1e-4
    assert 0 <= report.max_difference < 1e-5
    assert 0 < report.reload_seconds < report.seconds
    written = json.loads((exported.path / "export_report.json").read_text())
    assert written == json.loads(json.dumps(report.to_json()))
    sizes = [f.stat().st_size for f in exported.path.rglob("*") if f.is_file()]
    assert report.bytes == sum(sizes) - (exported.path / "export_report.json").stat().st_size


def test_the_process_that_read_it_back_had_neither_keras_nor_kerasdl(exported):
    modules = set(exported.report.reload_modules)
    assert {"numpy", "tensorflow"} <= modules
    assert not modules & {"keras", "kerasdl", "tf_keras", "jax", "torch"}


def test_the_signature_file(exported):
    shape = list(exported.servable.sample["image"].shape[1:])
    description = read_extra(exported, "signature.json")
    assert description["kind"] == "image_classifier"
    assert description["labels"] == list(LABELS)
    assert description["metadata"] == {"recipe": "test"}
    assert description["versions"]["keras"] == keras.__version__
    assert description["versions"]["tensorflow"] == tf.__version__
    answers = {
        "probabilities": {"dtype": "float32", "shape": [None, 4]},
        "class": {"dtype": "int64", "shape": [None]},
        "label": {"dtype": "string", "shape": [None]},
    }
    strings = {"dtype": "string", "shape": [None]}
    assert description["signatures"] == {
        "serving_default": {
            "inputs": {"image": {"dtype": "uint8", "shape": [None, *shape]}},
            "outputs": answers,
        },
        "serve_bytes": {"inputs": {"image_bytes": strings}, "outputs": answers},
        "classify": {
            "inputs": {"inputs": strings},
            "outputs": {
                "classes": {"dtype": "string", "shape": [None, 4]},
                "scores": {"dtype": "float32", "shape": [None, 4]},
            },
        },
    }


def test_the_signature_file_says_what_the_saved_model_has(exported):
    described = read_extra(exported, "signature.json")["signatures"]
    assert set(described) == set(exported.loaded.signatures)
    for name, function in exported.loaded.signatures.items():
        inputs = function.structured_input_signature[1]
        for specs, part in ((inputs, "inputs"), (function.structured_outputs, "outputs")):
            found = {k: {"dtype": s.dtype.name, "shape": list(s.shape)} for k, s in specs.items()}
            assert found == described[name][part]


def test_the_labels_file(exported):
    text = (exported.path / "assets.extra" / "labels.txt").read_text()
    assert text == "zero\none\ntwo\nthree\n"


def test_the_sample_requests_are_answered_like_the_sample(exported):
    expected = exported.call("serving_default", **exported.servable.sample)
    request = read_extra(exported, "sample_request.json")
    assert request["signature_name"] == "serving_default"
    (instance,) = request["instances"]
    image = np.array([instance["image"]], dtype=np.uint8)
    answer = exported.call("serving_default", image=image)
    np.testing.assert_allclose(answer["probabilities"], expected["probabilities"][:1], atol=1e-6)
    for suffix, signature, name in (
        ("bytes", "serve_bytes", "image_bytes"),
        ("classify", "classify", "inputs"),
    ):
        request = read_extra(exported, f"sample_request_{suffix}.json")
        assert request["signature_name"] == signature
        (instance,) = request["instances"]
        encoded = tf.io.decode_base64(
            instance[name]["b64"].rstrip("=").replace("+", "-").replace("/", "_")
        )
        answer = exported.call(signature, **{name: encoded[None]})
        values = answer.get("probabilities", answer.get("scores"))
        np.testing.assert_allclose(values, expected["probabilities"][:1], atol=1e-6)


def test_a_graph_holds_the_model_once(exported):
    from tensorflow.core.protobuf import saved_model_pb2

    proto = saved_model_pb2.SavedModel()
    proto.ParseFromString((exported.path / "saved_model.pb").read_bytes())
    functions = proto.meta_graphs[0].graph_def.library.function
    products = [n for f in functions for n in f.node_def if n.op == "MatMul"]
    assert len(products) == 1


@pytest.mark.usefixtures("same_process")
def test_the_next_version_leaves_gaps_and_ignores_other_names(make_servable, tmp_path):
    servable = make_servable()
    for name in ("2", "007", "latest", "12-old", ".exporting-x", "٣"):
        (tmp_path / name).mkdir()
    (tmp_path / "labels.txt").write_text("")
    assert export_saved_model(servable, tmp_path).path == tmp_path / "8"
    assert export_saved_model(servable, tmp_path, version=4).path == tmp_path / "4"
    assert export_saved_model(servable, tmp_path).version == 9


@pytest.mark.usefixtures("same_process")
def test_an_existing_version_is_refused_and_kept(make_servable, tmp_path):
    (tmp_path / "003").mkdir()
    (tmp_path / "003" / "file").write_text("mine")
    with pytest.raises(ExportError, match="003 exists; leave out --version or delete it"):
        export_saved_model(make_servable(), tmp_path, version=3)
    assert entries(tmp_path) == ["003"]
    assert (tmp_path / "003" / "file").read_text() == "mine"


@pytest.fixture
def another_export_meanwhile(monkeypatch, tmp_path):
    """Another process takes version 1 when this one has chosen it."""
    chosen = saved_model.next_version

    def next_version(folder):
        number = chosen(folder)
        if number == 1:
            (folder / "1").mkdir()
            (folder / "1" / "file").write_text("theirs")
        return number

    monkeypatch.setattr(saved_model, "next_version", next_version)
    return tmp_path / "1" / "file"


@pytest.mark.usefixtures("same_process")
def test_concurrent_exports_get_different_versions(
    make_servable, tmp_path, another_export_meanwhile
):
    report = export_saved_model(make_servable(), tmp_path)
    assert report.path == tmp_path / "2"
    assert json.loads((report.path / "export_report.json").read_text())["version"] == 2
    assert another_export_meanwhile.read_text() == "theirs"
    assert entries(tmp_path) == ["1", "2"]


@pytest.mark.usefixtures("same_process")
def test_a_version_taken_meanwhile_is_not_overwritten(make_servable, tmp_path, monkeypatch):
    verify = saved_model.verify

    def slow_verify(*arguments):
        (tmp_path / "5").mkdir()
        (tmp_path / "5" / "file").write_text("theirs")
        return verify(*arguments)

    monkeypatch.setattr(saved_model, "verify", slow_verify)
    with pytest.raises(ExportError, match="5 exists; leave out --version or delete it"):
        export_saved_model(make_servable(), tmp_path, version=5)
    assert entries(tmp_path) == ["5"]
    assert entries(tmp_path / "5") == ["file"]


@pytest.mark.parametrize("version", [0, -1, 1.0, "1", True])
def test_a_version_is_a_whole_number_from_1(make_servable, tmp_path, version):
    with pytest.raises(ValueError, match="Expected a whole number from 1"):
        export_saved_model(make_servable(), tmp_path, version=version)


@pytest.mark.parametrize("metadata", [{"x": np.float32(1)}, {"x": float("nan")}])
def test_metadata_is_json(make_servable, tmp_path, metadata):
    with pytest.raises(ValueError, match="metadata that is not JSON"):
        export_saved_model(make_servable(), tmp_path / "m", metadata=metadata)
    assert entries(tmp_path) == []


def test_a_tampered_artefact_fails_and_leaves_nothing(make_servable, tmp_path, monkeypatch):
    """In a real fresh process: what was written is not the model that was asked for."""
    other = make_servable(seed=2)
    monkeypatch.setattr(
        saved_model, "write_saved_model", lambda _, folder: write_saved_model(other, folder)
    )
    match = r"'probabilities' differs from Keras by 0\.\d+ in a batch of 1"
    with pytest.raises(ExportError, match=match):
        export_saved_model(make_servable(), tmp_path / "new" / "m")
    assert entries(tmp_path) == []


def test_an_artefact_that_cannot_be_read_fails_and_leaves_nothing(
    make_servable, tmp_path, monkeypatch
):
    def write_half(servable, folder):
        signatures = write_saved_model(servable, folder)
        (folder / "variables" / "variables.index").unlink()
        return signatures

    monkeypatch.setattr(saved_model, "write_saved_model", write_half)
    with pytest.raises(ExportError, match="cannot be read back in a fresh process"):
        export_saved_model(make_servable(), tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
def test_a_failure_leaves_older_versions(make_servable, tmp_path):
    servable = make_servable()
    export_saved_model(servable, tmp_path)
    wrong = dataclasses.replace(
        servable, reference=lambda x: {"probabilities": np.zeros((len(x["image"]), 4), "float32")}
    )
    with pytest.raises(ExportError, match=r"more than the tolerance of 0\.0001"):
        export_saved_model(wrong, tmp_path)
    assert entries(tmp_path) == ["1"]


@pytest.mark.usefixtures("same_process")
def test_the_tolerance_can_be_chosen(make_servable, tmp_path):
    servable = make_servable()
    reference = servable.reference

    def shifted(inputs):
        return {"probabilities": reference(inputs)["probabilities"] + np.float32(1e-3)}

    servable = dataclasses.replace(servable, reference=shifted)
    with pytest.raises(ExportError, match=r"differs from Keras by 0\.001"):
        export_saved_model(servable, tmp_path)
    report = export_saved_model(servable, tmp_path, tolerance=2e-3)
    assert report.max_difference == pytest.approx(1e-3, rel=1e-2)


@pytest.mark.usefixtures("same_process")
def test_a_diverged_model_is_not_exported(make_servable, tmp_path):
    servable = make_servable()
    servable.model.layers[-1].bias.assign([np.nan, 0, 0, 0])
    with pytest.raises(ExportError, match="differs from Keras by nan"):
        export_saved_model(servable, tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
def test_a_model_that_is_random_at_inference_is_not_exported(make_servable, tmp_path):
    class Noise(keras.layers.Layer):
        def call(self, inputs):
            return inputs + keras.random.normal(keras.ops.shape(inputs))

    with pytest.raises(ExportError, match="differs from Keras by"):
        export_saved_model(make_servable(extra_layer=Noise()), tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize(
    ("dtype", "compute_dtype", "tolerance"),
    [("mixed_bfloat16", "bfloat16", 5e-2), ("mixed_float16", "float16", 1e-2)],
)
def test_mixed_precision(make_servable, tmp_path, dtype, compute_dtype, tolerance):
    servable = make_servable(dtype=dtype)
    assert servable.model.outputs[0].dtype == compute_dtype
    report = export_saved_model(servable, tmp_path)
    assert (report.compute_dtype, report.tolerance) == (compute_dtype, tolerance)
    outputs = tf.saved_model.load(str(report.path)).signatures["serving_default"].structured_outputs
    assert outputs["probabilities"].dtype == tf.float32


@pytest.mark.usefixtures("same_process")
def test_a_model_trained_under_xla_exports_without_it(make_model, make_images, tmp_path):
    model = make_model()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, jit_compile=True, steps_per_execution=2)
    images = make_images(8, (6, 5, 1))
    model.fit(images, np.arange(8) % 4, batch_size=2, verbose=0)
    model.predict(images, verbose=0)
    report = export_saved_model(image_classifier(model, LABELS, images), tmp_path)
    assert report.max_difference < 1e-5
    assert refused_functions(report.path) == []


class CompiledLayer(keras.layers.Layer):
    def call(self, inputs):
        return tf.function(lambda x: x * 2.0, jit_compile=True)(inputs)


class PythonLayer(keras.layers.Layer):
    def call(self, inputs):
        outputs = tf.numpy_function(lambda x: x, [inputs], tf.float32)
        return tf.ensure_shape(outputs, inputs.shape)


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize(
    ("layer", "match"), [(CompiledLayer, "jit_compile=True"), (PythonLayer, "PyFunc")]
)
def test_what_a_server_refuses_is_not_exported(make_servable, tmp_path, layer, match):
    with pytest.raises(ExportError, match=f"TensorFlow Serving cannot run this model: .*{match}"):
        export_saved_model(make_servable(extra_layer=layer()), tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
def test_a_signature_that_cannot_be_traced(make_servable, tmp_path):
    servable = make_servable()

    def broken(image):
        raise TypeError("no such thing")

    signature = dataclasses.replace(servable.signatures["serving_default"], function=broken)
    servable = dataclasses.replace(
        servable, signatures=servable.signatures | {"serving_default": signature}
    )
    match = "signature 'serving_default' cannot be traced: TypeError: .*no such thing"
    with pytest.raises(ExportError, match=match):
        export_saved_model(servable, tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
def test_half_precision_outputs_are_refused(make_servable, tmp_path):
    servable = make_servable()
    half = dataclasses.replace(
        servable.signatures["serving_default"],
        function=lambda image: {"probabilities": tf.zeros([tf.shape(image)[0], 4], tf.float16)},
    )
    servable = dataclasses.replace(servable, signatures={"serving_default": half})
    with pytest.raises(ExportError, match="is float16, which cannot be answered over REST"):
        export_saved_model(servable, tmp_path)


def test_another_backend_is_refused(make_servable, tmp_path, monkeypatch):
    servable = make_servable()
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ExportError, match="a SavedModel needs the TensorFlow backend"):
        export_saved_model(servable, tmp_path / "m")
    assert entries(tmp_path) == []


def replace_response(servable, signature, response):
    changed = dataclasses.replace(servable.signatures[signature], response=response)
    return dataclasses.replace(servable, signatures=servable.signatures | {signature: changed})


@pytest.mark.usefixtures("same_process")
def test_signatures_must_agree_exactly(make_servable, tmp_path):
    def other(outputs):
        return outputs | {"probabilities": np.nextafter(outputs["probabilities"], np.float32(2))}

    with pytest.raises(ExportError, match="'probabilities' of signature 'serve_bytes' contradicts"):
        export_saved_model(replace_response(make_servable(), "serve_bytes", other), tmp_path)


@pytest.mark.usefixtures("same_process")
def test_signatures_must_answer_all_that_they_should(make_servable, tmp_path):
    servable = replace_response(make_servable(), "classify", lambda outputs: {"scores": 1})
    with pytest.raises(ExportError, match=r"'classify' answers \['classes', 'scores'\], expected"):
        export_saved_model(servable, tmp_path)


@pytest.mark.usefixtures("same_process")
def test_labels_must_follow_from_the_probabilities(make_servable, tmp_path):
    servable = make_servable()
    derive = servable.derive

    def last_label(outputs):
        return derive(outputs) | {"label": np.array([b"three"] * len(outputs["probabilities"]))}

    with pytest.raises(ExportError, match="'label' of signature 'serving_default' contradicts"):
        export_saved_model(dataclasses.replace(servable, derive=last_label), tmp_path)


@pytest.mark.usefixtures("same_process")
def test_outputs_of_another_shape_are_refused(make_servable, tmp_path):
    servable = make_servable()
    reference = servable.reference

    def wider(inputs):
        return {"probabilities": np.tile(reference(inputs)["probabilities"], 2)}

    with pytest.raises(ExportError, match=r"'probabilities' has shape \(1, 4\) for a batch of 1"):
        export_saved_model(dataclasses.replace(servable, reference=wider), tmp_path)


def test_a_file_where_the_folder_should_be(make_servable, tmp_path):
    (tmp_path / "m").write_text("mine")
    with pytest.raises(ExportError, match=r"cannot write the export to .*m"):
        export_saved_model(make_servable(), tmp_path / "m")
    with pytest.raises(ExportError, match=r"cannot write the export to .*deeper"):
        export_saved_model(make_servable(), tmp_path / "m" / "deeper")
    assert (tmp_path / "m").read_text() == "mine"


def test_no_room_for_the_variables(make_servable, tmp_path):
    """TensorFlow's own writer fails: the system refuses files over a size."""
    servable = make_servable((40, 40, 1))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(ExportError, match=r"cannot write the export to .*models"):
            export_saved_model(servable, tmp_path / "models" / "m")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
@pytest.mark.parametrize("file", ["labels.txt", "sample_request.json", "export_report.json"])
def test_disk_full(make_servable, tmp_path, monkeypatch, file):
    write_text = files.write_text

    def full(path, text):
        if path.name == file:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_text(path, text)

    monkeypatch.setattr(files, "write_text", full)
    match = "cannot write the export to .*models.*: No space left on device"
    with pytest.raises(ExportError, match=match):
        export_saved_model(make_servable(), tmp_path / "models" / "m")
    assert entries(tmp_path) == []


def test_an_interrupted_export_leaves_nothing(make_servable, tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(saved_model, "verify", interrupt)
    with pytest.raises(KeyboardInterrupt):
        export_saved_model(make_servable(), tmp_path / "m")
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("same_process")
def test_an_export_is_silent(make_servable, tmp_path, monkeypatch, capfd):
    servable = make_servable()
    for name in ("tensorflow", "absl"):
        monkeypatch.setattr(logging.getLogger(name), "level", logging.INFO)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        export_saved_model(servable, tmp_path)
    assert caught == []
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("tensorflow").level == logging.INFO
