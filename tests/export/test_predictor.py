"""Predictions from the Keras model and from its export are the same."""

import json
import shutil

import keras
import numpy as np
import pytest

from kerasdl.export import InputError, Predictor, image_classifier


@pytest.fixture(params=["keras", "version folder", "model folder", "text"])
def predictor(request, exported):
    if request.param == "keras":
        return Predictor.from_servable(exported.servable)
    path = exported.path if request.param == "version folder" else exported.path.parent
    return Predictor.from_saved_model(str(path) if request.param == "text" else path)


def test_predictions_are_those_of_the_keras_model(predictor, exported, make_images):
    images = make_images(9, predictor.image_shape, seed=5)
    logits = exported.servable.model.predict(images, verbose=0).astype(np.float64)
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    predictions = predictor.predict(images)
    assert len(predictions) == 9
    for prediction, row in zip(predictions, expected, strict=True):
        assert prediction.class_index == row.argmax()
        assert prediction.label == ("zero", "one", "two", "three")[row.argmax()]
        assert prediction.probability == max(prediction.probabilities)
        np.testing.assert_allclose(prediction.probabilities, row, atol=1e-6)


def test_what_a_predictor_says_of_itself(predictor, exported):
    assert predictor.labels == ("zero", "one", "two", "three")
    assert predictor.image_shape == exported.servable.sample["image"].shape[1:]


def test_many_images_are_predicted_in_batches(exported, make_images):
    sizes = []

    def answer(inputs):
        sizes.append(len(inputs["image"]))
        return exported.servable.answer(inputs)

    predictor = Predictor(answer, exported.servable.labels, (6, 5, 1))
    predictor.image_shape = exported.servable.sample["image"].shape[1:]
    images = make_images(7, predictor.image_shape)
    in_batches = predictor.predict(images, batch_size=3)
    assert sizes == [3, 3, 1]
    at_once = predictor.predict(images)
    assert [p.label for p in in_batches] == [p.label for p in at_once]


def test_no_images_no_predictions(predictor):
    assert predictor.predict(np.zeros((0, *predictor.image_shape), np.uint8)) == []


def test_predictions_are_json(predictor, exported):
    prediction = predictor.predict(exported.servable.sample["image"])[0]
    written = json.loads(json.dumps(vars(prediction)))
    assert written["probabilities"] == list(prediction.probabilities)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_images_of_another_dtype_are_refused(predictor, dtype):
    with pytest.raises(ValueError, match=r"Expected uint8 \(n, 6, 5, \d\)"):
        predictor.predict(np.zeros((1, *predictor.image_shape), dtype))


def test_images_of_another_shape_are_refused(predictor):
    with pytest.raises(ValueError, match="Received images of dtype uint8 and shape"):
        predictor.predict(np.zeros(predictor.image_shape, np.uint8))


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
    assert Predictor.from_saved_model(folder).labels[0] == "null"


def test_a_missing_folder(tmp_path):
    with pytest.raises(InputError, match="nowhere does not exist; expected the folder of an exp"):
        Predictor.from_saved_model(tmp_path / "nowhere")


def test_a_file(tmp_path):
    (tmp_path / "best.keras").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"best\.keras is a file; expected the folder of an exp"):
        Predictor.from_saved_model(tmp_path / "best.keras")


def test_a_folder_without_a_saved_model(tmp_path):
    (tmp_path / "1").mkdir()
    with pytest.raises(InputError, match=r"is not an exported model: expected saved_model\.pb"):
        Predictor.from_saved_model(tmp_path)


def test_a_saved_model_of_another_tool(tmp_path, make_model):
    make_model().export(tmp_path / "other", verbose=False)
    with pytest.raises(InputError, match="is a SavedModel, but not one that kerasdl exported"):
        Predictor.from_saved_model(tmp_path / "other")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"kind": "image_classifier", "labels": []}'])
def test_a_damaged_signature_file(copied, text):
    (copied / "assets.extra" / "signature.json").write_text(text)
    with pytest.raises(InputError, match=r"signature\.json cannot be read"):
        Predictor.from_saved_model(copied)


def test_an_export_of_another_kind(copied):
    path = copied / "assets.extra" / "signature.json"
    path.write_text(path.read_text().replace("image_classifier", "text_classifier"))
    with pytest.raises(InputError, match="is a 'text_classifier'; expected an 'image_classifier'"):
        Predictor.from_saved_model(copied)


@pytest.mark.parametrize("file", ["saved_model.pb", "variables/variables.index"])
def test_a_damaged_saved_model(copied, file):
    (copied / file).write_bytes(b"\xff\xff\xff")
    with pytest.raises(InputError, match=r"3 cannot be loaded: \w+"):
        Predictor.from_saved_model(copied)


def test_a_keras_model_predicts_without_being_exported(make_model, make_images):
    model = make_model()
    images = make_images(3, (6, 5, 1))
    predictor = Predictor.from_servable(image_classifier(model, ["a", "b", "c", "d"], images))
    classes = keras.ops.convert_to_numpy(model(images)).argmax(-1)
    assert [p.class_index for p in predictor.predict(images)] == list(classes)
