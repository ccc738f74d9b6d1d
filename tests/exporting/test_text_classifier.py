"""A classifier of texts as an artefact: the tokenizer in the graph says what Python's does."""

from pathlib import Path

import keras
import numpy as np
import pytest

from kerasdl.data import PieceTokenizer
from kerasdl.data.sequence_tokenizer import pad
from kerasdl.exporting import ServedModel, export_saved_model, text_classifier
from kerasdl.exporting.fresh_process import ask_fresh_process
from kerasdl.models import text_classifier_lstm, text_classifier_transformer
from kerasdl.prediction import TextClassifierPredictor
from kerasdl.serving.loaded_model import LoadedModel

TOKENIZER = PieceTokenizer.train(["def run(self):\n    return 1"], 20)
LABELS = ("one", "twö", "three")
SAMPLES = ["def run", "return self.run(1)", "x"]
LENGTH = 12
TEXTS = ["def run(x):\n\n    return self", "", "ünknown 日本 \x00\n ", "1 " * 50]


def make(size: int = TOKENIZER.size) -> keras.Model:
    keras.utils.set_random_seed(1)
    model = text_classifier_lstm(size, len(LABELS), width=8, seed=1)
    model.get_layer("embedding").embeddings.assign(model.get_layer("embedding").embeddings * 20)
    return model


def servable(model: keras.Model | None = None):
    return text_classifier(model or make(), TOKENIZER, LABELS, SAMPLES, LENGTH)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export_saved_model(servable(), tmp_path_factory.mktemp("models") / "texts").path


def test_texts_get_the_same_answer_in_python_and_without_keras(exported: Path) -> None:
    tokens = pad([TOKENIZER.encode(text)[:LENGTH] for text in TEXTS])
    strings = np.array([text.encode() for text in TEXTS], dtype=object)
    calls = [("serving_default", {"tokens": tokens}), ("serve_text", {"text": strings})]
    by_tokens, by_text = ask_fresh_process(exported, calls).outputs
    logits = np.asarray(make()(tokens, training=False))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.ptp(expected, axis=0).max() > 0.1
    for answer in (by_tokens, by_text):
        np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
        assert [label.decode() for label in answer["label"]] == [
            LABELS[index] for index in expected.argmax(axis=1)
        ]


def test_the_predictor_asks_in_tokens_what_the_graph_answers_to_texts(exported: Path) -> None:
    model = ServedModel.from_saved_model(exported)
    found = TextClassifierPredictor(model).predict(TEXTS)
    answer = model.ask("serve_text", {"text": [text.encode() for text in TEXTS]})
    probabilities = [prediction.probabilities for prediction in found]
    np.testing.assert_allclose(probabilities, answer["probabilities"], atol=1e-6)


def test_an_export_is_served_with_its_table(exported: Path) -> None:
    model = LoadedModel(exported)
    assert set(model.signatures) == {"serving_default", "serve_text", "classify"}
    strings = np.array([text.encode() for text in TEXTS], dtype=object)
    answer = model.run("serve_text", {"text": strings})
    expected = ServedModel.from_saved_model(exported).ask("serve_text", {"text": strings})
    np.testing.assert_allclose(answer["probabilities"], expected["probabilities"], atol=1e-6)


def test_a_transformer_is_exported_too(tmp_path: Path) -> None:
    keras.utils.set_random_seed(1)
    model = text_classifier_transformer(TOKENIZER.size, len(LABELS), width=64, num_layers=2, seed=1)
    report = export_saved_model(servable(model), tmp_path / "texts")
    assert set(report.signatures) == {"serving_default", "serve_text", "classify"}
    assert "serve_text.probabilities" in report.differences["batch of 3"]


def test_numbers_that_are_no_tokens_count_as_unknown() -> None:
    model = ServedModel.from_servable(servable())
    strange, unknown = (
        model.ask("serving_default", {"tokens": np.array([[4, token]], np.int32)})
        for token in (10**6, TOKENIZER.unknown)
    )
    np.testing.assert_array_equal(strange["probabilities"], unknown["probabilities"])


def test_half_precision_is_served_in_float32(tmp_path: Path) -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = make()
    finally:
        keras.config.set_dtype_policy(before)
    report = export_saved_model(servable(model), tmp_path / "texts")
    assert report.compute_dtype == "float32"
    assert report.max_difference <= 1e-4


def test_what_does_not_fit() -> None:
    image = keras.Input((4,), name="image")
    other = keras.Model(image, keras.layers.Dense(3)(image))
    with pytest.raises(ValueError, match="Expected one int32 input named 'tokens' of shape"):
        servable(other)
    with pytest.raises(ValueError, match=r"Received no sample\. Expected one text at least"):
        text_classifier(make(), TOKENIZER, LABELS, [], LENGTH)
    with pytest.raises(ValueError, match="Received 2 class names for a model with outputs"):
        text_classifier(make(), TOKENIZER, ("a", "b"), SAMPLES, LENGTH)
