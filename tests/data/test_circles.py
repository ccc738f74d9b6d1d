"""Points on circles, and the limit that their noise sets."""

import numpy as np
import pytest

from kerasdl.data import load_circles
from kerasdl.data.circles import best_accuracy, inner_probability


def test_points_lie_around_their_circles():
    data = load_circles(train=4_000, noise=0.05, factor=0.5)
    points, labels = data.train
    radii = np.linalg.norm(points, axis=1)
    # The mean of a Rice distribution is R + noise^2 / (2 R), to first order.
    assert radii[labels == 0].mean() == pytest.approx(1 + 0.05**2 / 2, abs=5 * 0.05 / 44)
    assert radii[labels == 1].mean() == pytest.approx(0.5 + 0.05**2, abs=5 * 0.05 / 44)
    assert data.info.class_names == ("outer", "inner")


def test_every_seed_has_points_of_its_own_and_the_same_test():
    first, again, other = (load_circles(train=50, seed=seed) for seed in (0, 0, 1))
    for split in ("train", "validation", "test"):
        np.testing.assert_array_equal(first.arrays(split)[0], again.arrays(split)[0])
    np.testing.assert_array_equal(first.test[0], other.test[0])
    parts = [data.arrays(split)[0] for data in (first, other) for split in ("train", "validation")]
    seen = {point.tobytes() for point in first.test[0]}
    for part in parts:
        mine = {point.tobytes() for point in part}
        assert not mine & seen
        seen |= mine
    assert len(seen) == 10_000 + 2 * 50 + 2 * 2_000


def test_without_noise_there_is_no_limit():
    points, labels = load_circles(train=100, noise=0).train
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), np.where(labels, 0.5, 1), rtol=1e-6)
    assert best_accuracy(0.0, 0.5) == 1.0
    np.testing.assert_array_equal(inner_probability(points, 0.0, 0.5).round(), labels)


@pytest.mark.parametrize(("noise", "factor"), [(0.1, 0.5), (0.3, 0.5), (0.2, 0.8), (3.0, 0.5)])
def test_the_limit_is_what_the_best_classifier_reaches(noise, factor):
    rng = np.random.default_rng(0)
    count = 200_000
    angles, labels = rng.uniform(0, 2 * np.pi, count), np.arange(count) % 2
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = circle * np.where(labels, factor, 1)[:, None] + rng.normal(0, noise, (count, 2))
    found = ((inner_probability(points, noise, factor) > 0.5) == labels).mean()
    limit = best_accuracy(noise, factor)
    assert found == pytest.approx(limit, abs=5 * np.sqrt(limit * (1 - limit) / count))


def test_the_probability_is_that_of_the_points_around():
    """Bayes' rule by counting, in rings."""
    rng = np.random.default_rng(0)
    angles, labels = rng.uniform(0, 2 * np.pi, 400_000), np.arange(400_000) % 2
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = circle * np.where(labels, 0.5, 1)[:, None] + rng.normal(0, 0.3, circle.shape)
    radii = np.linalg.norm(points, axis=1)
    for radius in (0.2, 0.6, 0.9, 1.3):
        ring = np.abs(radii - radius) < 0.01
        found, expected = labels[ring].mean(), inner_probability(np.array([radius, 0.0]), 0.3, 0.5)
        # 0.02: the probability changes within a ring of this width.
        assert found == pytest.approx(expected, abs=5 * 0.5 / np.sqrt(ring.sum()) + 0.02)
