"""The bag of words: words count, their order does not, and strength is chosen on validation."""

import numpy as np
import pytest

from kerasdl.diagnostics import bag_of_words_accuracy
from kerasdl.diagnostics.bag_of_words import Examples


def texts(count: int, seed: int) -> Examples:
    """Of class 1 where "good" is in it; the rest is noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, count)
    noise = rng.choice(list("abcdefgh"), (count, 6))
    words = [[*row, "good" if label else "bad"] for row, label in zip(noise, labels, strict=True)]
    return [" ".join(rng.permutation(row)) for row in words], labels


def test_words_tell_wherever_they_stand() -> None:
    assert bag_of_words_accuracy(texts(200, 0), texts(50, 1), texts(50, 2)) == 1.0


def test_order_tells_it_nothing() -> None:
    pairs = ["left right", "right left"] * 40
    labels = np.array([0, 1] * 40)
    assert bag_of_words_accuracy((pairs, labels), (pairs, labels), (pairs, labels)) == 0.5


@pytest.mark.parametrize(("lowercase", "accuracy"), [(True, 1.0), (False, 0.5)])
def test_capitals(lowercase: bool, accuracy: float) -> None:
    words, labels = ["good", "bad"] * 20, np.array([1, 0] * 20)
    capitals = [word.upper() for word in words]
    some = (words, labels)
    found = bag_of_words_accuracy(some, some, (capitals, labels), lowercase=lowercase)
    assert found == accuracy


def test_words_of_ones_own() -> None:
    some = (["ab", "cd"] * 20, np.array([0, 1] * 20))
    mixed = (["xa", "yc"] * 20, np.array([0, 1] * 20))
    assert bag_of_words_accuracy(some, some, mixed) == 0.5
    assert bag_of_words_accuracy(some, some, mixed, split=list) == 1.0


@pytest.mark.parametrize(
    ("words", "labels"),
    [(["!", "?", "!?"], [0, 1, 1]), (["a", "b", "c"], [1, 1, 1])],
    ids=["no words", "one class"],
)
def test_with_nothing_to_learn_it_says_the_commonest_class(
    words: list[str], labels: list[int]
) -> None:
    some = (words, np.array(labels))
    assert bag_of_words_accuracy(some, some, (list("abcd"), np.array([1, 1, 1, 0]))) == 0.75
