import numpy as np
from sklearn.neighbors import NearestCentroid

from kerasdl.data import load_images
from kerasdl.diagnostics import (
    image_baselines,
    linear_accuracy,
    majority_accuracy,
    nearest_mean_accuracy,
)


def test_the_majority_is_that_of_the_training_examples():
    assert majority_accuracy([2, 2, 0], [2, 0, 0, 0]) == 0.25


def test_a_line_separates_what_a_line_can():
    rng = np.random.default_rng(0)
    # Of very different sizes, which is what standardising is for.
    rows = rng.normal(size=(400, 2)) * [1e4, 1e-4]
    straight = (rows[:, 0] / 1e4 + rows[:, 1] / 1e-4 > 0).astype(int)
    assert linear_accuracy((rows[:200], straight[:200]), (rows[200:], straight[200:])) > 0.97
    crossed = (rows[:, 0] * rows[:, 1] > 0).astype(int)
    assert linear_accuracy((rows[:200], crossed[:200]), (rows[200:], crossed[200:])) < 0.7


def test_nearest_means_are_those_of_scikit_learn():
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 3, 2_500) * 2  # the classes in between have no example
    images = (rng.normal(size=(2_500, 3, 3, 1)) * 40 + 10 * labels[:, None, None, None] + 100).clip(
        0, 255
    )
    images = images.astype(np.uint8)
    train, test = (images[:400], labels[:400]), (images[400:], labels[400:])
    rows = images.reshape(len(images), -1).astype(float)
    other = NearestCentroid().fit(rows[:400], labels[:400])
    assert nearest_mean_accuracy(train, test) == other.score(rows[400:], labels[400:])


def test_baselines_of_images():
    data = load_images("digits")
    found = image_baselines(data)
    assert list(found) == ["majority class", "nearest class mean"]
    assert found["majority class"]["accuracy"] < 0.15
    assert 0.8 < found["nearest class mean"]["accuracy"] < 0.95
