import numpy as np
import pytest

from kerasdl.plots import learnt_curve


def test_points_and_curves_are_drawn():
    points = np.random.default_rng(0).normal(size=(30, 2))
    curves = {"one": points[:5], "other": points[5:9]}
    (axes,) = learnt_curve(points, curves, title="T").axes
    np.testing.assert_array_equal(axes.collections[0].get_offsets(), points)
    for line, (name, curve) in zip(axes.lines, curves.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), curve)
    assert axes.lines[0].get_color() != axes.lines[1].get_color()


@pytest.mark.parametrize(("points", "curve"), [((5, 3), (5, 2)), ((5, 2), (5,))])
def test_other_shapes_are_refused(points, curve):
    with pytest.raises(ValueError, match=r"must have shape \[n, 2\]"):
        learnt_curve(np.zeros(points), {"c": np.zeros(curve)})
