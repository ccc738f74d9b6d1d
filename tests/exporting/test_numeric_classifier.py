"""What a classifier of numbers answers, in Keras and exported."""

import keras
import numpy as np
import pytest

from kerasdl.exporting import ServedModel, export_saved_model, numeric_classifier

FEATURES = ("size", "depth")
LABELS = ("lily", "rose", "tulip")
ROWS = np.array([[1.0, 2.0], [-3.0, 0.5], [0.0, 0.0], [9.0, 9.0]], np.float32)


def make_model(shape=(2,), name="features", dtype="float32", classes=3):
    rows = keras.Input(shape, name=name, dtype=dtype)
    return keras.Model(rows, keras.layers.Dense(classes, kernel_initializer="ones")(rows * 1.5))


def test_answers_are_the_softmax_of_the_logits():
    keras.utils.set_random_seed(0)
    rows = keras.Input((2,), name="features")
    model = keras.Model(rows, keras.layers.Dense(3)(rows))
    served = ServedModel.from_servable(numeric_classifier(model, FEATURES, LABELS, ROWS))
    outputs = served.ask("serving_default", {"features": ROWS})
    exponentials = np.exp(model(ROWS).numpy().astype("float64"))
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(outputs["probabilities"], expected, atol=1e-6)
    np.testing.assert_array_equal(outputs["class"], expected.argmax(axis=1))
    assert [x.decode() for x in outputs["label"]] == [LABELS[i] for i in expected.argmax(axis=1)]
    assert served.details["features"] == list(FEATURES)


def test_the_export_agrees_and_classifies_examples_by_name(tmp_path):
    servable = numeric_classifier(make_model(), FEATURES, LABELS, ROWS[:2])
    np.testing.assert_array_equal(servable.sample["features"], ROWS[[0, 1, 0]])
    report = export_saved_model(servable, tmp_path / "flowers")
    assert report.max_difference < 1e-6
    assert set(report.signatures) == {"serving_default", "classify"}


@pytest.mark.parametrize(
    "options", [{"shape": (3,)}, {"name": "rows"}, {"dtype": "float16"}, {"shape": (2, 2)}]
)
def test_a_model_with_another_input_is_refused(options):
    with pytest.raises(ValueError, match="Expected one float32 input named 'features'"):
        numeric_classifier(make_model(**options), FEATURES, LABELS, ROWS)


def test_rows_of_another_width_are_refused():
    with pytest.raises(ValueError, match=r"sample rows of shape \(4, 1\)"):
        numeric_classifier(make_model(), FEATURES, LABELS, ROWS[:, :1])


def test_labels_must_be_those_of_the_logits():
    with pytest.raises(ValueError, match="Received 3 class names"):
        numeric_classifier(make_model(classes=2), FEATURES, LABELS, ROWS)
