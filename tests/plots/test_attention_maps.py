import re

import numpy as np
import pytest

from kerasdl.plots import attention_maps

IMAGES = np.arange(2 * 4 * 6, dtype=np.uint8).reshape(2, 4, 6, 1)
MAPS = np.array([[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[0.1, 0.1, 0.1], [0.2, 0.1, 0.1]]])


def test_each_image_stands_beside_its_map():
    figure = attention_maps(IMAGES, MAPS, ["a", "b"], title="Looks", columns=1)

    assert figure.get_suptitle() == "Looks"
    assert [axes.get_title() for axes in figure.axes] == ["a", "", "b", ""]
    assert figure.axes[0].get_gridspec().get_geometry() == (2, 2)
    for index in range(2):
        plain, covered = figure.axes[2 * index : 2 * index + 2]
        assert len(plain.images) == 1
        image, attention = covered.images
        for drawn in (plain.images[0], image):
            np.testing.assert_allclose(drawn.get_array(), IMAGES[index, ..., 0] / 255)
        np.testing.assert_array_equal(attention.get_array(), MAPS[index])
        # Each over the whole image, from its own smallest to its largest value.
        assert attention.get_extent() == image.get_extent()
        assert attention.get_clim() == (MAPS[index].min(), MAPS[index].max())


def test_right_and_wrong_captions_have_two_colours():
    figure = attention_maps(IMAGES, MAPS, ["a", "b"], right=np.array([True, False]))

    colours = [axes.title.get_color() for axes in figure.axes]

    assert colours[0] != colours[2]


@pytest.mark.parametrize(
    ("maps", "message"),
    [
        (MAPS[:1], "[images, rows, columns] for 2 images, received [1, 2, 3]"),
        (MAPS[0], "[images, rows, columns] for 2 images, received [2, 3]"),
        (MAPS * np.nan, "maps must be finite and not negative"),
        (MAPS - 1, "maps must be finite and not negative"),
    ],
)
def test_other_maps_are_refused(maps, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        attention_maps(IMAGES, maps, ["a", "b"])
