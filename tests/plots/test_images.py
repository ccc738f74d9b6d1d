import re

import numpy as np
import pytest

from kerasdl.plots import image_grid


def drawn(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_grey_integers_are_drawn_from_0_to_255():
    images = np.arange(2 * 4 * 3, dtype=np.uint8).reshape(2, 4, 3, 1) * 10

    figure = image_grid(images, ["a", "b"])

    np.testing.assert_allclose(drawn(figure), images[..., 0] / 255)
    for axes in figure.axes:
        assert axes.images[0].get_clim() == (0.0, 1.0)
        assert axes.images[0].get_cmap().name == "gray"


def test_rgb_keeps_its_channels():
    images = np.random.default_rng(0).integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)

    np.testing.assert_allclose(drawn(image_grid(images, ["a", "b"])), images / 255)


def test_images_without_a_channel_and_of_different_sizes():
    shapes = [(4, 4), (6, 3, 1), (2, 5, 3)]

    figure = image_grid([np.zeros(shape) for shape in shapes], list("abc"))

    assert [image.shape for image in drawn(figure)] == [(4, 4), (6, 3), (2, 5, 3)]


def test_floats_from_0_to_1_stay_as_they_are():
    images = np.linspace(0.2, 0.6, 8, dtype=np.float32).reshape(2, 2, 2, 1)

    np.testing.assert_array_equal(drawn(image_grid(images, ["a", "b"])), images[..., 0])


def test_other_floats_are_stretched_over_the_whole_grid():
    images = np.array([-2.0, 0.0, 1.0, 2.0]).reshape(2, 1, 2)

    np.testing.assert_allclose(drawn(image_grid(images, ["a", "b"])), [[[0.0, 0.5]], [[0.75, 1.0]]])


def test_pixels_that_are_not_finite_are_black():
    image = np.array([[np.nan, np.inf], [0.5, 1.0]])

    np.testing.assert_array_equal(drawn(image_grid([image], ["a"])), [[[0, 0], [0.5, 1.0]]])


def test_booleans_are_black_and_white():
    np.testing.assert_array_equal(drawn(image_grid([np.eye(2, dtype=bool)], ["a"])), [np.eye(2)])


def test_captions_title_and_columns():
    figure = image_grid(np.zeros((5, 8, 8)), list("abcde"), title="Letters", columns=3)

    assert [axes.get_title() for axes in figure.axes] == list("abcde")
    assert figure.get_suptitle() == "Letters"
    assert figure.axes[0].get_gridspec().get_geometry() == (2, 3)


def test_fewer_images_than_columns_leave_no_gap():
    figure = image_grid(np.zeros((2, 8, 8)), ["a", "b"], columns=5)

    assert figure.axes[0].get_gridspec().get_geometry() == (1, 2)


def test_right_and_wrong_captions_have_two_colours():
    figure = image_grid(np.zeros((3, 8, 8)), list("abc"), right=[True, False, True])

    colours = [axes.title.get_color() for axes in figure.axes]

    assert colours[0] == colours[2] != colours[1]


def test_long_captions_do_not_overlap():
    captions = ["a caption of many words that would run into the next one: $5"] * 4

    figure = image_grid(np.zeros((4, 8, 8)), captions, columns=2)
    figure.draw_without_rendering()

    boxes = [axes.title.get_window_extent() for axes in figure.axes]
    pictures = [axes.get_window_extent() for axes in figure.axes]
    assert not boxes[0].overlaps(boxes[1])
    assert not boxes[2].overlaps(pictures[0])
    assert figure.axes[0].get_title().replace("\n", " ") == captions[0]


def test_no_scale_is_drawn():
    (axes,) = image_grid(np.zeros((1, 8, 8)), ["a"]).axes

    assert axes.get_xticks().size == axes.get_yticks().size == 0


@pytest.mark.parametrize(
    ("images", "arguments", "message"),
    [
        ([], {"captions": []}, "images must hold at least one image, received none"),
        (
            np.zeros((2, 8, 8)),
            {"captions": ["a"]},
            "captions must have one entry for each of the 2",
        ),
        (
            np.zeros((1, 8, 8)),
            {"captions": ["a"], "right": [True, False]},
            "right must have one entry for each of the 1 images, received 2",
        ),
        (np.zeros((1, 8, 8)), {"captions": ["a"], "columns": 0}, "columns must be at least 1"),
        (np.zeros((1, 8, 8, 2)), {"captions": ["a"]}, "[height, width, 3], received [8, 8, 2]"),
        (np.zeros((1, 8)), {"captions": ["a"]}, "[height, width, 3], received [8]"),
        (np.zeros((1, 0, 8)), {"captions": ["a"]}, "[height, width, 3], received [0, 8]"),
        (np.full((1, 2, 2), 256), {"captions": ["a"]}, "values from 0 to 255, received 256 to 256"),
        (np.full((1, 2, 2), -1), {"captions": ["a"]}, "values from 0 to 255, received -1 to -1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(images, arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        image_grid(images, **arguments)
