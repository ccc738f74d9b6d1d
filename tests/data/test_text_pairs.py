import pytest

from kerasdl.data import TextPairs


def test_take_and_first() -> None:
    pairs = TextPairs(("a", "b", "c"), ("A", "B", "C"))
    assert pairs.take([2, 0]) == TextPairs(("c", "a"), ("C", "A"))
    assert pairs.first(2) == TextPairs(("a", "b"), ("A", "B"))
    assert pairs.first(9) == pairs


def test_as_many_targets_as_sources() -> None:
    with pytest.raises(ValueError, match="received 2 sources and 1 targets"):
        TextPairs(("a", "b"), ("A",))
