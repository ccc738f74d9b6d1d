import numpy as np
import pytest

from kerasdl.plots import alignments


def test_an_image_for_each_example() -> None:
    weights = [np.eye(2, 3), np.ones((1, 2)) / 2]
    figure = alignments(weights, [["a", "$x$", "c"], ["d", "e"]], [["1", "2"], ["3"]], "Title")
    assert [axes.images[0].get_array().shape for axes in figure.axes] == [(2, 3), (1, 2)]
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), weights[0])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["a", "$x$", "c"]
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == ["3"]
    assert figure.get_suptitle() == "Title"


def test_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="received 1, 1 and 0"):
        alignments([np.eye(2)], [["a", "b"]], [])
    with pytest.raises(ValueError, match=r"expected weights of shape \(2, 1\)"):
        alignments([np.eye(2)], [["a"]], [["A", "B"]])
