"""Counting, against loops."""

from collections import Counter
from itertools import pairwise

import numpy as np

from kerasdl.diagnostics import bigram_cross_entropy, unigram_cross_entropy

RANDOM = np.random.default_rng(0)
TRAIN, TEST = RANDOM.integers(0, 7, 300, np.uint8), RANDOM.integers(0, 9, 80, np.uint8)
SIZE = 9


def test_unigrams() -> None:
    counts = Counter(TRAIN.tolist())
    expected = [-np.log((counts[token] + 1) / (len(TRAIN) + SIZE)) for token in TEST.tolist()]
    np.testing.assert_allclose(unigram_cross_entropy(TRAIN, TEST, SIZE), np.mean(expected))


def test_bigrams() -> None:
    train, test = TRAIN.tolist(), TEST.tolist()
    singles, pairs = Counter(train), Counter(pairwise(train))
    firsts = Counter(train[:-1])
    expected = []
    for first, second in pairwise(test):
        single = (singles[second] + 1) / (len(train) + SIZE)
        expected.append(-np.log((pairs[first, second] + 2 * single) / (firsts[first] + 2)))
    found = bigram_cross_entropy(TRAIN, TEST, SIZE, prior=2.0)
    np.testing.assert_allclose(found, np.mean(expected))


def test_the_probabilities_after_each_token_sum_to_one() -> None:
    for first in range(SIZE):
        logs = [
            bigram_cross_entropy(TRAIN, np.array([first, second]), SIZE) for second in range(SIZE)
        ]
        assert np.isclose(np.exp(-np.array(logs)).sum(), 1)
