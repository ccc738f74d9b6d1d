"""Classes from the words that name them."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from kerasdl.data.data_error import DataError

# One example each for training, validation and test.
_FEWEST = 3


def class_labels(words: Sequence[str], place: str) -> tuple[tuple[str, ...], np.ndarray]:
    """Returns the names of the classes, sorted, and for each example the index of its own.

    Args:
        words: the class of each example.
        place: where the words were found, for errors: `"column 'kind' of shapes.csv"`.

    Returns:
        The names, and int64 `[examples]`.

    Raises:
        DataError: if a word is empty, there are fewer than two classes, or a class has fewer
            than three examples.

    Example:

        >>> class_labels(["b", "a", "b", "a", "a", "b"], "column 'kind'")
        (('a', 'b'), array([1, 0, 1, 0, 0, 1]))
    """
    counts = Counter(words)
    if counts.get(""):
        raise DataError(f"{place} is empty in {counts['']:,} examples; expected a class in each")
    if len(counts) < 2:
        raise DataError(
            f"{place} holds one class only, {next(iter(counts), '')!r}; expected two or more"
        )
    name, fewest = min(counts.items(), key=lambda item: item[1])
    if fewest < _FEWEST:
        raise DataError(
            f"{place} holds {len(counts):,} classes, and of class {name!r} {fewest} example"
            f"{'s' if fewest > 1 else ''}; expected at least {_FEWEST} of each, "
            "for training, validation and test"
        )
    names, labels = np.unique(np.asarray(words, dtype=str), return_inverse=True)
    return tuple(map(str, names)), labels.astype(np.int64)
