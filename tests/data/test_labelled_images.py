"""What a pair of images and labels must be."""

import numpy as np
import pytest

from kerasdl.data import LabelledImages


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 3, 3, 1)), np.zeros(2, int), "images must be uint8 .* received float64"),
        (np.zeros((2, 3, 3), np.uint8), np.zeros(2, int), r"of shape \[2, 3, 3\]"),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(3, int), r"int64 of shape \[2\].*\[3\]"),
        (np.zeros((2, 3, 3, 1), np.uint8), np.zeros(2), "received float64"),
    ],
)
def test_other_arrays_are_refused(images, labels, message):
    with pytest.raises(ValueError, match=message):
        LabelledImages(images, labels)


def test_take_keeps_images_and_labels_together():
    images = np.arange(5, dtype=np.uint8)[:, None, None, None]
    taken = LabelledImages(images, np.arange(5)).take(np.array([3, 1]))
    assert taken.labels.tolist() == taken.images.ravel().tolist() == [3, 1]
