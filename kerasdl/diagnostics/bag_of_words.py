"""What counting words achieves, so that the number of a text classifier means something."""

from collections.abc import Callable, Sequence

import numpy as np

from kerasdl.diagnostics.baselines import majority_accuracy

Examples = tuple[Sequence[str], np.ndarray]

_STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)


def bag_of_words_accuracy(
    train: Examples,
    validation: Examples,
    test: Examples,
    split: Callable[[str], list[str]] | None = None,
    lowercase: bool = False,
    iterations: int = 300,
) -> float:
    """Returns the accuracy of a logistic regression that knows which words a text has.

    Words weigh 1 + log(count), and less the more texts have them (tf-idf); the rows have length 1.
    How strongly weights are held small (L2) is what is best on validation texts: the classic that
    a network has to beat (Wang and Manning 2012, https://aclanthology.org/P12-2018). Where there
    is nothing to learn, no word at all or a single class, it always says the commonest class.

    Args:
        train: texts, and class indices `[examples]`.
        validation: the same, to choose the strength with.
        test: the same, for the measurement.
        split: from a text to its words; None for runs of letters, digits and underscores.
        lowercase: whether capitals count as small letters.
        iterations: how many steps a fit may take.

    >>> some = (["good film", "a bad film", "good", "bad"], np.array([1, 0, 1, 0]))
    >>> bag_of_words_accuracy(some, some, (["very good", "so bad"], np.array([1, 0])))
    1.0
    """
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    vectorizer = TfidfVectorizer(
        tokenizer=split,
        token_pattern=r"\w+" if split is None else None,
        lowercase=lowercase,
        sublinear_tf=True,
        dtype=np.float32,
    )
    has_words = any(map(vectorizer.build_analyzer(), train[0]))
    if not has_words or len(np.unique(train[1])) == 1:
        return majority_accuracy(train[1], test[1])
    seen = vectorizer.fit_transform(train[0])
    chooses, measures = (vectorizer.transform(texts) for texts, _ in (validation, test))
    found = []
    for strength in _STRENGTHS:
        classifier = LogisticRegression(C=strength, max_iter=iterations, tol=1e-3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # close enough for a comparison
            classifier.fit(seen, train[1])
        found.append(
            (classifier.score(chooses, validation[1]), classifier.score(measures, test[1]))
        )
    return float(max(found, key=lambda accuracies: accuracies[0])[1])
