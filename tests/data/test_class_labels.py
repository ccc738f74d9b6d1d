"""Classes from the words that name them."""

import pytest

from kerasdl.data import DataError
from kerasdl.data.class_labels import class_labels


def test_names_are_sorted_and_labels_point_to_them():
    words = ["pear", "apple", "pear", "apple", "apple", "pear"]
    names, labels = class_labels(words, "column 'fruit'")
    assert names == ("apple", "pear")
    assert [names[label] for label in labels] == words
    assert labels.dtype == "int64"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "holds one class only, ''; expected two or more"),
        (["a"] * 9, "holds one class only, 'a'; expected two or more"),
        (["a", "", "b"], "is empty in 1 examples; expected a class in each"),
        (["a"] * 5 + ["b"] * 2, "holds 2 classes, and of class 'b' 2 examples; expected at least"),
        (["a"] * 5 + ["b"], "holds 2 classes, and of class 'b' 1 example;"),
    ],
)
def test_what_cannot_be_learned_is_refused(words, message):
    with pytest.raises(DataError, match=f"^column 'fruit' {message}"):
        class_labels(words, "column 'fruit'")
