import re

import numpy as np
import pytest

from kerasdl.diagnostics import most_wrong
from kerasdl.plots import most_wrong_images

PROBABILITIES = [[0.1, 0.9], [0.99, 0.01], [0.0, 1.0]]
LABELS = [0, 1, 1]  # wrong with 90 %, wrong with 99 %, right
IMAGES = np.arange(3 * 4, dtype=np.uint8).reshape(3, 2, 2, 1)


def test_the_surest_mistake_stands_first_with_its_image_and_caption():
    wrong = most_wrong(PROBABILITIES, LABELS, count=10)

    figure = most_wrong_images(IMAGES, wrong, ["4", "9"], title="Two mistakes")

    assert [axes.get_title() for axes in figure.axes] == [
        "is 9, said 4 (99 %)",
        "is 4, said 9 (90 %)",
    ]
    pixels = [axes.images[0].get_array() for axes in figure.axes]
    np.testing.assert_allclose(pixels, IMAGES[[1, 0], ..., 0] / 255)
    assert figure.get_suptitle() == "Two mistakes"


def test_long_names_are_broken_after_the_comma():
    wrong = most_wrong(PROBABILITIES, LABELS, count=1)

    figure = most_wrong_images(IMAGES, wrong, ["airplane", "a very long name of a class"])

    assert figure.axes[0].get_title() == "is a very long name …,\nsaid airplane (99 %)"


def test_columns_are_passed_on():
    wrong = most_wrong(PROBABILITIES, LABELS, count=2)

    figure = most_wrong_images(IMAGES, wrong, ["4", "9"], columns=1)

    assert figure.axes[0].get_gridspec().get_geometry() == (2, 1)


def test_a_model_without_a_mistake_is_said_to_be_right():
    wrong = most_wrong(np.eye(3), [0, 1, 2], count=5)

    figure = most_wrong_images(IMAGES, wrong, ["a", "b", "c"], title="Most wrong")

    assert not figure.axes
    texts = [text.get_text() for text in figure.texts]
    assert "No mistake: all 3 images are classified right." in texts
    assert figure.get_suptitle() == "Most wrong"


def test_an_image_that_is_not_there_is_refused():
    wrong = most_wrong(PROBABILITIES, LABELS, count=2)

    with pytest.raises(ValueError, match=re.escape("received 1, but a mistake is at index 1")):
        most_wrong_images(IMAGES[:1], wrong, ["4", "9"])


def test_a_class_without_a_name_is_refused():
    wrong = most_wrong(PROBABILITIES, LABELS, count=2)

    with pytest.raises(ValueError, match=re.escape("received 1 names, but a mistake has class 1")):
        most_wrong_images(IMAGES, wrong, ["4"])
