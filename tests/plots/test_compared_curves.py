import numpy as np
import pytest

from kerasdl.plots import compared_curves


def test_a_line_for_each_model_and_each_level():
    curves = {"one": [0.3, 0.2], "other": [0.1, 0.01], "third": [0.2, 0.2]}
    figure = compared_curves([10, 20], curves, {"guess": 0.25}, x_label="steps", title="T")
    (axes,) = figure.axes
    for line, (name, values) in zip(axes.lines, curves.items(), strict=False):
        np.testing.assert_array_equal(line.get_xydata(), np.transpose([[10, 20], values]))
        assert line.get_label() == name
    assert len({line.get_color() for line in axes.lines}) == 4
    level = axes.lines[3]
    assert (level.get_label(), set(level.get_ydata())) == ("guess: 0.25", {0.25})
    assert (axes.get_yscale(), axes.get_xlabel()) == ("log", "steps")


@pytest.mark.parametrize("values", [[0.1], [0.1, 0.0], [0.1, float("nan")]])
def test_values_that_cannot_be_drawn_are_refused(values):
    with pytest.raises(ValueError, match=r"curves\['a'\] must be 2 positive numbers, received"):
        compared_curves([1, 2], {"a": values})
