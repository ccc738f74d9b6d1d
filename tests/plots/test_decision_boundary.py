import numpy as np
import pytest

from kerasdl import plots

POINTS = np.array([[-1.0, -1.0], [1.0, 1.0], [0.5, -0.5], [-0.5, 0.5]])


def by_distance(points):
    """Three classes: rings around the origin."""
    distance = np.linalg.norm(points, axis=1)[:, None]
    scores = np.exp(-5 * (distance - [0, 0.8, 1.6]) ** 2)
    return scores / scores.sum(axis=1, keepdims=True)


def test_points_boundary_and_names_are_drawn(tmp_path):
    figure = plots.decision_boundary(
        by_distance, POINTS, [2, 2, 1, 1], ["a", "b", "c"], ["width", "depth"], best=by_distance
    )
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.get_legend().get_texts()]
    assert texts == ["a", "b", "c", "boundary", "best possible"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("width", "depth")
    drawn = {line.get_label(): line.get_xydata() for line in axes.lines}
    np.testing.assert_array_equal(drawn["c"], POINTS[:2])
    # Between the rings: at 0.4 and 1.2.
    (paths,) = [c.get_paths() for c in axes.collections[:1]]
    radii = np.linalg.norm(np.concatenate([path.vertices for path in paths]), axis=1)
    np.testing.assert_allclose(radii, 0.4, atol=0.02)
    plots.save(figure, tmp_path / "boundary.png")
    assert (tmp_path / "boundary.png").read_bytes().startswith(b"\x89PNG")


def test_one_class_everywhere_has_no_boundary():
    always = plots.decision_boundary(
        lambda points: np.tile([1.0, 0.0], (len(points), 1)), POINTS, [0, 0, 1, 1], ["a", "b"]
    )
    assert not always.axes[0].collections


@pytest.mark.parametrize(
    ("points", "labels"), [(POINTS[:, :1], [0] * 4), (POINTS, [0] * 3), (POINTS[0], [0])]
)
def test_shapes_that_do_not_fit(points, labels):
    with pytest.raises(ValueError, match=r"points and labels must have the shapes"):
        plots.decision_boundary(by_distance, points, labels, ["a", "b", "c"])


def test_probabilities_of_another_shape():
    with pytest.raises(ValueError, match=r"probabilities must return \[points, 2\]"):
        plots.decision_boundary(by_distance, POINTS, [0] * 4, ["a", "b"])
