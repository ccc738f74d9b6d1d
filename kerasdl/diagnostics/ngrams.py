"""How well counting predicts a text."""

import numpy as np


def unigram_cross_entropy(train: np.ndarray, test: np.ndarray, vocabulary_size: int) -> float:
    """Cross-entropy of a text under the frequencies of its tokens.

    Args:
        train: integers `[count]` that are counted; each token once more than it occurs.
        test: integers `[count]` that are predicted.
        vocabulary_size: number of tokens.

    Returns:
        Nats per token.

    Example:

    >>> import numpy as np
    >>> round(unigram_cross_entropy(np.array([0, 1] * 50), np.array([0, 1]), 2), 4)
    0.6931
    """
    return float(-np.log(_frequencies(train, vocabulary_size)[test]).mean())


def bigram_cross_entropy(
    train: np.ndarray, test: np.ndarray, vocabulary_size: int, prior: float = 1.0
) -> float:
    """Cross-entropy of a text under how often a token follows another.

    Pairs that were never seen get their probability from the frequencies of single tokens,
    which count as much as `prior` pairs (MacKay and Bauman Peto, 1995, "A hierarchical
    Dirichlet language model").

    Args:
        train: integers `[count]`, the pairs of which are counted.
        test: integers `[count]`; all but the first are predicted.
        vocabulary_size: number of tokens.
        prior: weight of the frequencies of single tokens.

    Returns:
        Nats per token.

    Example:

    >>> import numpy as np
    >>> bigram_cross_entropy(np.array([0, 1] * 500), np.array([0, 1] * 9), 2) < 0.01
    True
    """
    pairs, counts = np.unique(_pairs(train, vocabulary_size), return_counts=True)
    asked = _pairs(test, vocabulary_size)
    places = np.minimum(np.searchsorted(pairs, asked), len(pairs) - 1)
    seen = np.where(pairs[places] == asked, counts[places], 0)
    firsts = np.bincount(train[:-1], minlength=vocabulary_size)[test[:-1]]
    frequencies = _frequencies(train, vocabulary_size)[test[1:]]
    return float(-np.log((seen + prior * frequencies) / (firsts + prior)).mean())


def _frequencies(tokens: np.ndarray, vocabulary_size: int) -> np.ndarray:
    counts = np.bincount(tokens, minlength=vocabulary_size) + 1
    return counts / counts.sum()


def _pairs(tokens: np.ndarray, vocabulary_size: int) -> np.ndarray:
    return tokens[:-1].astype(np.int64) * vocabulary_size + tokens[1:]
