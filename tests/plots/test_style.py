import pytest

from kerasdl.plots.style import readable_on, shorten


@pytest.mark.parametrize(
    ("color", "text"),
    [
        ((1, 1, 1), "black"),
        ((0, 0, 0), "white"),
        ((0.9, 0.9, 0.2, 1.0), "black"),
        ((0, 0, 0.5), "white"),
    ],
)
def test_text_contrasts_with_its_background(color, text):
    assert readable_on(color) == text


@pytest.mark.parametrize(
    ("text", "expected"), [("cat", "cat"), ("horse", "horse"), ("horses", "hors…")]
)
def test_shorten_keeps_the_length(text, expected):
    assert shorten(text, 5) == expected
