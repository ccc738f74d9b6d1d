import re

import numpy as np
import pytest

from kerasdl.plots import most_wrong_images

PROBABILITIES = [[0.1, 0.9], [0.99, 0.01], [0.0, 1.0]]
LABELS = [0, 1, 1]  # wrong with 90 %, wrong with 99 %, right
IMAGES = np.arange(3 * 4, dtype=np.uint8).reshape(3, 2, 2, 1)


def test_the_surest_mistake_stands_first_with_its_image_and_caption():
    figure = most_wrong_images(IMAGES, LABELS, PROBABILITIES, ["4", "9"], title="Two mistakes")

    assert [axes.get_title() for axes in figure.axes] == [
        "is 9, said 4 (99 %)",
        "is 4, said 9 (90 %)",
    ]
    pixels = [axes.images[0].get_array() for axes in figure.axes]
    np.testing.assert_allclose(pixels, IMAGES[[1, 0], ..., 0] / 255)
    assert figure.get_suptitle() == "Two mistakes"


def test_no_more_than_count_are_drawn():
    figure = most_wrong_images(IMAGES, LABELS, PROBABILITIES, ["4", "9"], count=1)

    assert [axes.get_title() for axes in figure.axes] == ["is 9, said 4 (99 %)"]


def test_long_names_are_broken_after_the_comma():
    names = ["airplane", "a very long name of a class"]

    figure = most_wrong_images(IMAGES, LABELS, PROBABILITIES, names, count=1)

    assert figure.axes[0].get_title() == "is a very long name …,\nsaid airplane (99 %)"


def test_columns_are_passed_on():
    figure = most_wrong_images(IMAGES, LABELS, PROBABILITIES, ["4", "9"], columns=1)

    assert figure.axes[0].get_gridspec().get_geometry() == (2, 1)


def test_a_model_without_a_mistake_is_said_to_be_right():
    figure = most_wrong_images(IMAGES, [0, 1, 2], np.eye(3), ["a", "b", "c"], title="Most wrong")

    assert not figure.axes
    texts = [text.get_text() for text in figure.texts]
    assert "No mistake: all 3 images are classified right." in texts
    assert figure.get_suptitle() == "Most wrong"


@pytest.mark.parametrize(
    ("images", "labels", "names", "message"),
    [
        (IMAGES[:2], LABELS, ["4", "9"], "received 2 images and 3 rows of probabilities"),
        (IMAGES, LABELS[:2], ["4", "9"], "received 3 rows of probabilities and 2 labels"),
        (IMAGES, LABELS, ["4"], "must name each of the 2 classes, received 1 names"),
    ],
)
def test_what_does_not_fit_together_is_refused(images, labels, names, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        most_wrong_images(images, labels, PROBABILITIES, names)
