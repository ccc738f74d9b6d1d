"""The pictures of a classifier of texts show what the model says of the test texts."""

from kerasdl.data import load_labelled_texts
from kerasdl.models import text_classifier_lstm
from kerasdl.plots import text_classification


def test_pictures_are_of_the_test_texts() -> None:
    data = load_labelled_texts(max_examples=70, max_length=20, vocabulary_size=50)
    model = text_classifier_lstm(50, len(data.info.class_names), width=4, seed=1)
    figures = text_classification(model, data)
    assert list(figures) == ["confusion_matrix.png", "importance.png"]
    assert "of 70 right" in figures["confusion_matrix.png"].axes[0].get_title()
    shown = figures["importance.png"].axes
    assert len(shown) == 6
    for axes, name in zip(shown, data.info.class_names, strict=False):
        assert axes.get_title(loc="left").startswith(f"is {name}, said ")
    assert shown[0].texts[0].get_text() == data.test.texts[0].split("\n")[0]
