import numpy as np

from kerasdl.diagnostics import roc_curve
from kerasdl.plots import roc_curves


def test_a_line_for_each_curve_and_one_for_guessing():
    normal = np.arange(10.0)
    curves = {str(shift): roc_curve(normal, normal + shift) for shift in range(12)}
    (axes,) = roc_curves(curves, title="Found").axes
    assert len(axes.lines) == 13
    np.testing.assert_array_equal(axes.lines[3].get_xdata(), curves["3"].false_positives)
    np.testing.assert_array_equal(axes.lines[3].get_ydata(), curves["3"].true_positives)
    # More curves than colours: the rest are dashed.
    looks = {(line.get_color(), line.get_linestyle()) for line in axes.lines}
    assert len(looks) == 13
    assert axes.lines[0].get_label() == "0: 0.500"
