"""The colours lie under the tokens that they are for."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from kerasdl.plots import token_importance


def test_colours_lie_under_their_tokens() -> None:
    text = "def run_all(x):\n    Return all"
    tokens = ["\n", "def", "run", "_", "all", "\n    ", "return", "all"]
    values = np.array([9.0, 0.0, 0.5, 0.0, -1.0, 9.0, 0.25, 0.0]) * 2
    values[[0, 5]] = 0
    (axes,) = token_importance([text], [tokens], [values], ["is a"]).axes
    places = [(*patch.get_xy(), patch.get_width()) for patch in axes.patches]
    assert places == [(0, 0, 3), (4, 0, 3), (7, 0, 1), (8, 0, 3), (4, 1, 6), (11, 1, 3)]
    assert [round(patch.get_alpha(), 4) for patch in axes.patches] == [0, 0.375, 0, 0.75, 0.1875, 0]
    assert axes.patches[3].get_facecolor()[:3] == to_rgb("tab:red")
    assert axes.patches[4].get_facecolor()[:3] == to_rgb("tab:blue")
    assert [text.get_text() for text in axes.texts] == ["def run_all(x):", "    Return all"]
    assert axes.get_title(loc="left") == "is a"


def test_long_texts_are_cut() -> None:
    text = "\n".join(["word " * 60] * 30)
    (axes,) = token_importance([text], [text.split()], [np.ones(1800)], ["long"]).axes
    assert len(axes.texts) == 12
    assert max(len(text.get_text()) for text in axes.texts) == 110
    assert len(axes.patches) == 12 * 22


def test_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="a caption for each text, one text at least; received 0"):
        token_importance([], [], [], [])
    with pytest.raises(ValueError, match=r"a number for each of 1 tokens, received \(2,\)"):
        token_importance(["a"], [["a"]], [np.ones(2)], ["a"])
