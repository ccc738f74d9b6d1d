"""The embedded digits are laid out as MNIST's are."""

import numpy as np
import pytest
import sklearn.datasets

from kerasdl.data.digits import load_digits


@pytest.fixture(scope="module")
def source():
    return load_digits()


def test_all_digits_are_there_once(source):
    labels = np.concatenate([examples.labels for examples in source.splits.values()])
    original = sklearn.datasets.load_digits().target
    np.testing.assert_array_equal(np.bincount(labels), np.bincount(original))
    assert source.class_names == tuple("0123456789")


def test_the_test_split_is_stratified_and_always_the_same(source):
    test = np.bincount(source.splits["test"].labels)
    train = np.bincount(source.splits["train"].labels)
    assert np.all(np.abs(test - 0.2 * (test + train)) <= 0.5)
    np.testing.assert_array_equal(load_digits().splits["test"].images, source.splits["test"].images)


def test_images_look_like_mnist(source):
    images = source.splits["train"].images
    assert images.shape[1:] == (28, 28, 1)
    assert images.dtype == np.uint8
    assert np.all(images.max(axis=(1, 2, 3)) == 255)
    # The digit fills a box of 20x20; black surrounds it.
    ink_rows = images.any(axis=(2, 3)).sum(axis=1)
    ink_columns = images.any(axis=(1, 3)).sum(axis=1)
    assert max(ink_rows.max(), ink_columns.max()) <= 20
    # MNIST's mean pixel is 33.3; and the centre of mass is the centre, to half a pixel
    # (where the box does not touch the border).
    assert 28 < images.mean() < 40
    weights = images[..., 0] / images.sum(axis=(1, 2, 3), dtype=float)[:, None, None]
    positions = np.arange(28)
    centre = np.stack([weights.sum(axis=2) @ positions, weights.sum(axis=1) @ positions])
    assert np.mean(np.abs(centre - 13.5) <= 0.5 + 1e-9) > 0.99


def test_the_drawing_keeps_the_digit(source):
    # Block means of the drawing, moved back to its box, must resemble the 8x8 original
    # more than any other original of another class does, for nearly all digits.
    bunch = sklearn.datasets.load_digits()
    originals = bunch.images.reshape(len(bunch.images), -1)
    originals = (originals - originals.mean(1, keepdims=True)) / originals.std(1, keepdims=True)
    test = source.splits["test"]
    boxes = []
    for image in test.images[..., 0].astype(float):
        rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
        centre_row, centre_column = rows.mean(), columns.mean()
        top, left = int(np.clip(centre_row - 9.5, 0, 8)), int(np.clip(centre_column - 9.5, 0, 8))
        box = np.repeat(np.repeat(image[top : top + 20, left : left + 20], 2, 0), 2, 1)
        boxes.append(box.reshape(8, 5, 8, 5).mean((1, 3)).ravel())
    drawn = np.array(boxes)
    drawn = (drawn - drawn.mean(1, keepdims=True)) / drawn.std(1, keepdims=True)
    nearest = bunch.target[np.argmax(drawn @ originals.T, axis=1)]
    assert np.mean(nearest == test.labels) > 0.95
