"""The Keras model and its export answer the same, and what is no export is named."""

import dataclasses
import shutil

import numpy as np
import pytest

from kerasdl.exporting import InputError, ServedModel, export_saved_model


@pytest.fixture(params=["keras", "version folder", "model folder", "text"])
def served(request, exported):
    if request.param == "keras":
        return ServedModel.from_servable(exported.servable)
    path = exported.path if request.param == "version folder" else exported.path.parent
    return ServedModel.from_saved_model(str(path) if request.param == "text" else path)


def test_answers_are_those_of_the_keras_model(served, exported, make_images):
    shape = served.inputs["serving_default"]["image"]
    images = make_images(9, shape[1:], seed=5)
    logits = exported.servable.model.predict(images, verbose=0).astype(np.float64)
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    answer = served.ask("serving_default", {"image": images})
    np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-6)
    np.testing.assert_array_equal(answer["class"], expected.argmax(-1))
    encoded = exported.servable.signatures["serve_bytes"].request({"image": images})
    np.testing.assert_allclose(
        served.ask("serve_bytes", encoded)["probabilities"], expected, atol=1e-6
    )


def test_a_served_model_describes_itself(served, exported):
    assert (served.kind, served.labels) == ("image_classifier", ("zero", "one", "two", "three"))
    assert served.inputs["serving_default"]["image"] == (
        None,
        *exported.servable.sample["image"].shape[1:],
    )
    assert served.inputs["serve_bytes"] == {"image_bytes": (None,)}


def test_details_and_files_come_back(make_servable, tmp_path):
    servable = dataclasses.replace(
        make_servable(), details={"length": 7}, files={"vocabulary.txt": "ä\nb\n"}
    )
    path = export_saved_model(servable, tmp_path / "m").path
    assert (path / "assets.extra" / "vocabulary.txt").read_text(encoding="utf-8") == "ä\nb\n"
    for served in (ServedModel.from_servable(servable), ServedModel.from_saved_model(path)):
        assert served.details == {"length": 7}
        assert served.files == {"vocabulary.txt": "ä\nb\n"}


@pytest.fixture
def copied(exported, tmp_path):
    """An export to spoil."""
    return shutil.copytree(exported.path, tmp_path / "models" / "3")


def test_the_highest_complete_version_is_used(copied, make_images):
    folder = copied.parent
    shutil.copytree(copied, folder / "12")
    (folder / "20").mkdir()
    (folder / "99.tmp").mkdir()
    labels = folder / "12" / "assets.extra" / "signature.json"
    labels.write_text(labels.read_text().replace('"zero"', '"null"'))
    assert ServedModel.from_saved_model(folder).labels[0] == "null"


def test_a_missing_folder(tmp_path):
    with pytest.raises(InputError, match="nowhere does not exist; expected the folder of an exp"):
        ServedModel.from_saved_model(tmp_path / "nowhere")


def test_a_file(tmp_path):
    (tmp_path / "best.keras").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"best\.keras is a file; expected the folder of an exp"):
        ServedModel.from_saved_model(tmp_path / "best.keras")


def test_a_folder_without_a_saved_model(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(InputError, match=r"is not an exported model: expected saved_model\.pb"):
        ServedModel.from_saved_model(tmp_path)


def test_a_saved_model_of_another_tool(tmp_path, make_model):
    make_model().export(tmp_path / "other", verbose=False)
    with pytest.raises(InputError, match="is a SavedModel, but not one that kerasdl exported"):
        ServedModel.from_saved_model(tmp_path / "other")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"kind": "image_classifier", "labels": []}'])
def test_a_damaged_signature_file(copied, text):
    (copied / "assets.extra" / "signature.json").write_text(text)
    with pytest.raises(InputError, match=r"signature\.json cannot be read"):
        ServedModel.from_saved_model(copied)


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.index"])
def test_a_damaged_saved_model(copied, file):
    (copied / file).write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match=r"3 cannot be loaded: \w+"):
        ServedModel.from_saved_model(copied)
