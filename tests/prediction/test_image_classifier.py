"""What a classifier of images is asked, and how its answers are told."""

import json

import numpy as np
import pytest
from PIL import Image

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import ImageClassifierPredictor

LABELS = ("dark", "bright")


def classify(sizes=None):
    """A model whose probability of "bright" is the mean brightness."""

    def ask(signature, inputs):
        assert signature == "serving_default"
        if sizes is not None:
            sizes.append(len(inputs["image"]))
        bright = inputs["image"].mean(axis=(1, 2, 3)) / 255
        probabilities = np.stack([1 - bright, bright], axis=-1)
        return {"probabilities": probabilities, "class": probabilities.argmax(-1)}

    shapes = {"serving_default": {"image": (None, 4, 5, 1)}}
    return ServedModel("image_classifier", ask, shapes, LABELS)


@pytest.fixture
def files(tmp_path):
    for name, value in (("night", 51), ("noon", 204)):
        Image.fromarray(np.full((4, 5), value, np.uint8)).save(tmp_path / f"{name}.png")
    Image.fromarray(np.full((8, 10), 255, np.uint8)).save(tmp_path / "large.png")
    return tmp_path


def test_rows_and_text(files):
    predictor = ImageClassifierPredictor(classify())
    rows = predictor.rows([str(files / "night.png"), str(files / "noon.png")])
    assert [(row["label"], row["probability"]) for row in rows] == [("dark", 0.8), ("bright", 0.8)]
    assert rows[0]["probabilities"] == {"dark": 0.8, "bright": 0.2}
    assert json.loads(json.dumps(rows)) == rows
    assert predictor.text(rows) == "night.png  dark    0.8000\nnoon.png   bright  0.8000"


def test_what_was_done_to_an_image_is_noted(files):
    (row,) = ImageClassifierPredictor(classify()).rows([str(files / "large.png")])
    assert row["label"] == "bright"
    assert len(row["notes"]) == 1
    assert "large.png" in row["notes"][0]


def test_many_images_are_predicted_in_batches():
    sizes = []
    predictor = ImageClassifierPredictor(classify(sizes))
    images = np.random.default_rng(0).integers(0, 256, (7, 4, 5, 1), dtype=np.uint8)
    in_batches = predictor.predict(images, batch_size=3)
    assert sizes == [3, 3, 1]
    assert in_batches == predictor.predict(images)
    assert predictor.predict(images[:0]) == []


@pytest.mark.parametrize(
    "images", [np.zeros((1, 4, 5, 1), np.float32), np.zeros((4, 5, 1), np.uint8)]
)
def test_images_of_another_dtype_or_shape_are_refused(images):
    with pytest.raises(ValueError, match=r"Expected uint8 \(n, 4, 5, 1\)"):
        ImageClassifierPredictor(classify()).predict(images)


def test_a_file_that_is_no_image_is_named(tmp_path):
    with pytest.raises(InputError, match=r"missing\.png does not exist"):
        ImageClassifierPredictor(classify()).rows([str(tmp_path / "missing.png")])


def test_options_of_other_kinds_are_refused():
    with pytest.raises(InputError, match=r"--top-k means nothing to .*'image_classifier'"):
        ImageClassifierPredictor(classify()).rows([], top_k=3)
