import re
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from kerasdl.plots import confusion_matrix

MATRIX = np.array([[50, 2, 0], [1, 7, 2], [0, 0, 0]])
NAMES = ["cat", "dog", "bird"]


def written(axes):
    """The text in each cell, by row and column."""
    return {
        (round(text.get_position()[1]), round(text.get_position()[0])): text for text in axes.texts
    }


def tick_names(labels):
    return [label.get_text() for label in labels]


def test_each_count_stands_in_its_cell_and_zero_is_left_blank():
    axes = confusion_matrix(MATRIX, NAMES).axes[0]

    counts = {cell: int(text.get_text()) for cell, text in written(axes).items()}

    assert counts == {(0, 0): 50, (0, 1): 2, (1, 0): 1, (1, 1): 7, (1, 2): 2}


def test_the_colour_is_the_share_of_the_row():
    axes = confusion_matrix(MATRIX, NAMES).axes[0]

    # 52 examples of the first class, 10 of the second, none of the third.
    expected = [[50 / 52, 2 / 52, 0], [0.1, 0.7, 0.2], [0, 0, 0]]
    np.testing.assert_allclose(axes.images[0].get_array(), expected)
    assert axes.images[0].get_clim() == (0.0, 1.0)


def relative_luminance(colour):
    """As defined by WCAG 2.1."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in colour[:3]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("right", range(0, 101, 5))
def test_every_number_stands_out_from_its_colour(right):
    axes = confusion_matrix([[right, 100 - right], [1, 1]], ["a", "b"]).axes[0]
    image = axes.images[0]

    for (row, column), text in written(axes).items():
        background = image.cmap(image.norm(image.get_array()[row, column]))
        light, dark = sorted(
            [relative_luminance(background), relative_luminance(to_rgb(text.get_color()))],
            reverse=True,
        )
        assert (light + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2.1, level AA


def test_names_title_and_accuracy():
    figure = confusion_matrix(MATRIX, NAMES, title="Animals")
    axes = figure.axes[0]

    assert tick_names(axes.get_xticklabels()) == NAMES
    assert tick_names(axes.get_yticklabels()) == NAMES
    assert figure.get_suptitle() == "Animals"
    assert axes.get_title() == "57 of 62 right (91.9 %)"  # (50 + 7) / 62
    assert axes.get_xlabel() == "predicted class"
    assert axes.get_ylabel() == "true class"


def test_the_colour_scale_is_in_percent():
    figure = confusion_matrix(MATRIX, NAMES)
    figure.draw_without_rendering()

    assert tick_names(figure.axes[1].get_yticklabels())[0] == "0 %"
    assert tick_names(figure.axes[1].get_yticklabels())[-1] == "100 %"


def test_no_examples():
    axes = confusion_matrix(np.zeros((2, 2), dtype=int), ["a", "b"]).axes[0]

    assert axes.get_title() == "0 of 0 right"
    assert not axes.texts


@pytest.mark.parametrize(("num_classes", "numbers"), [(25, 25), (26, 0)])
def test_many_classes_have_no_numbers(num_classes, numbers):
    axes = confusion_matrix(
        np.eye(num_classes, dtype=int), [str(i) for i in range(num_classes)]
    ).axes[0]

    assert len(axes.texts) == numbers


def test_a_hundred_classes_have_thinned_ticks_with_the_right_names():
    names = [f"class {index}" for index in range(100)]

    axes = confusion_matrix(np.eye(100, dtype=int), names).axes[0]

    assert axes.get_xticks().tolist() == list(range(0, 100, 4))
    assert tick_names(axes.get_yticklabels()) == names[::4]


@pytest.mark.parametrize(
    ("num_classes", "count"), [(2, 9), (10, 10_000), (25, 1000), (25, 1_000_000)]
)
def test_numbers_fit_into_their_cells(num_classes, count):
    figure = confusion_matrix(
        np.full((num_classes, num_classes), count), [f"a long name {i}" for i in range(num_classes)]
    )
    figure.draw_without_rendering()
    axes = figure.axes[0]

    cell = axes.get_window_extent().width / num_classes
    assert all(text.get_window_extent().width < cell for text in axes.texts)


@pytest.mark.parametrize("num_classes", [2, 10, 25, 100])
def test_names_do_not_overlap_and_stay_inside(num_classes):
    figure = confusion_matrix(
        np.eye(num_classes, dtype=int),
        [f"automobile {i} with a long name" for i in range(num_classes)],
    )
    figure.draw_without_rendering()
    axes = figure.axes[0]

    boxes = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(not one.overlaps(other) for one, other in pairwise(boxes))
    assert min(box.x0 for box in boxes) >= 0
    assert min(label.get_window_extent().y0 for label in axes.get_xticklabels()) >= 0


def test_dollar_signs_are_no_mathematics():
    figure = confusion_matrix(MATRIX, ["$", "$x", "a$b$"], title="$")
    figure.draw_without_rendering()

    assert tick_names(figure.axes[0].get_xticklabels()) == ["$", "$x", "a$b$"]


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        (
            np.zeros((2, 3), dtype=int),
            ["a", "b"],
            "must be square, [classes, classes], received (2, 3)",
        ),
        (np.zeros((0, 0), dtype=int), [], "must be square, [classes, classes], received (0, 0)"),
        (
            [[0.5, 0.5], [0.0, 1.0]],
            ["a", "b"],
            "must hold counts (integers from 0), received float64",
        ),
        ([[1, -1], [0, 1]], ["a", "b"], "with values from -1 to 1"),
        ([[1, 0], [0, 1]], ["a"], "must name each of the 2 classes, received 1 names"),
    ],
)
def test_what_is_no_confusion_matrix_is_refused(matrix, names, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        confusion_matrix(matrix, names)
