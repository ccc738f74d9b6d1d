import numpy as np
import pytest

from kerasdl.plots import image_mosaic, image_versions


def drawn(figure):
    (axes,) = figure.axes
    return np.asarray(axes.images[0].get_array())


@pytest.mark.parametrize("channels", [1, 3])
def test_every_image_has_its_place(channels):
    images = np.random.default_rng(0).random((2, 3, 5, 4, channels))
    mosaic = drawn(image_mosaic(images))
    for row in range(2):
        for column in range(3):
            top, left = 2 + 7 * row, 2 + 6 * column
            tile = mosaic[top : top + 5, left : left + 4]
            np.testing.assert_array_equal(tile, np.broadcast_to(images[row, column], (5, 4, 3)))
    assert mosaic.shape == (16, 20, 3)
    assert mosaic[:2].min() == 1


def test_integers_run_to_255_and_floats_are_cut():
    np.testing.assert_array_equal(
        drawn(image_mosaic(np.full((1, 1, 2, 2, 1), 51, np.uint8)))[2:4, 2:4], 0.2
    )
    np.testing.assert_array_equal(drawn(image_mosaic(np.full((1, 1, 2, 2, 1), 1.5)))[2:4, 2:4], 1)


def test_labels():
    figure = image_mosaic(np.zeros((4, 2, 6, 6, 1)), "T", ["a", "b"], x_label="x", y_label="y")
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "a", "b"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")
    assert figure.get_suptitle() == "T"


def test_versions_stand_below_each_other():
    images = np.random.default_rng(0).integers(0, 256, (5, 3, 3, 1), dtype=np.uint8)
    mosaic = drawn(image_versions({"image": images, "half": images / 510}, columns=2))
    # Two rows of two images in two versions; the fifth is left out.
    assert mosaic.shape == (4 * 5 + 2, 2 * 5 + 2, 3)
    np.testing.assert_allclose(mosaic[12:15, 7:10, 0], images[3, ..., 0] / 255)
    np.testing.assert_allclose(mosaic[17:20, 7:10, 0], images[3, ..., 0] / 510)


@pytest.mark.parametrize("shape", [(2, 3, 5, 4), (2, 3, 5, 4, 2), (0, 3, 5, 4, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="images must have shape"):
        image_mosaic(np.zeros(shape))
