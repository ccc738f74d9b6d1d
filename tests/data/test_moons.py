import numpy as np

from kerasdl.data import load_moons


def distance_from_moons(points):
    """From the two half circles themselves."""
    upper = np.hypot(points[:, 0], points[:, 1])
    lower = np.hypot(points[:, 0] - 1, points[:, 1] - 0.5)
    return np.minimum(np.abs(upper - 1), np.abs(lower - 1))


def test_points_lie_around_the_moons():
    data = load_moons(noise=0.05)
    for split, count in data.info.counts.items():
        points, targets = data.arrays(split)
        assert points is targets
        assert (points.shape, points.dtype) == ((count, 2), np.float32)
        # Normal noise: less than one in a million goes five deviations far.
        assert distance_from_moons(points).max() < 0.3
        assert distance_from_moons(points).mean() > 0.02
    assert distance_from_moons(load_moons(noise=0).test[0]).max() < 1e-6


def test_test_points_are_the_same_for_every_seed():
    one, other = load_moons(seed=1), load_moons(seed=2)
    np.testing.assert_array_equal(one.test[0], other.test[0])
    assert not np.array_equal(one.train[0], other.train[0])
    assert not np.array_equal(one.train[0][:5000], one.validation[0])
    np.testing.assert_array_equal(one.train[0], load_moons(seed=1).train[0])


def test_samples_are_a_table(tmp_path):
    data = load_moons()
    data.write_samples(tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.read_text().splitlines()[0] == "x,y"
    rows = np.loadtxt(file, delimiter=",", skiprows=1)
    np.testing.assert_allclose(rows, data.test[0][:3], atol=1e-4)
