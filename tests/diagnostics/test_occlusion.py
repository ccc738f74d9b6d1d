"""What hiding a token takes from the answer."""

from typing import Any

import numpy as np
import pytest

from kerasdl.diagnostics import token_importance


def counts_fives(tokens: np.ndarray, training: bool) -> Any:
    """Logits (fives, sixes): the log-odds are the difference of the counts."""
    assert training is False
    return np.stack([(tokens == 5).sum(axis=1), (tokens == 6).sum(axis=1)], axis=1)


def test_tokens_count_for_the_class_that_was_chosen() -> None:
    found = token_importance(counts_fives, np.array([5, 6, 7, 5, 5, 1]), unknown=1)

    def log_probability(odds: float) -> float:
        return -np.log1p(np.exp(-odds))

    sinks = log_probability(2) - log_probability(1)
    rises = log_probability(2) - log_probability(3)
    np.testing.assert_allclose(found, [sinks, rises, 0, sinks, sinks, 0], atol=1e-12)


@pytest.mark.parametrize("tokens", [np.zeros((2, 3), int), np.zeros(0, int)])
def test_one_text(tokens: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"tokens must be those of one text, \[length\]"):
        token_importance(counts_fives, tokens, unknown=1)
