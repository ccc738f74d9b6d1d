"""Which tokens are left, and how often each is drawn."""

import numpy as np
import pytest

from kerasdl.ops import filter_logits, sample_token

PROBABILITIES = np.array([0.1, 0.4, 0.05, 0.25, 0.2])
LOGITS = np.log(PROBABILITIES).astype("float32")


def left(**options: float) -> list[int]:
    return np.flatnonzero(np.isfinite(filter_logits(LOGITS, **options))).tolist()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"top_k": 2}, [1, 3]),
        ({"top_k": 9}, [0, 1, 2, 3, 4]),
        ({"top_p": 0.3}, [1]),
        ({"top_p": 0.5}, [1, 3]),
        ({"top_p": 0.9}, [0, 1, 3, 4]),
        ({"top_p": 1e-9}, [1]),
        ({"top_k": 3, "top_p": 0.5}, [1, 3]),
        ({"top_k": 1, "top_p": 0.9}, [1]),
    ],
)
def test_what_is_left(options: dict[str, float], expected: list[int]) -> None:
    assert left(**options) == expected


def test_rows_are_filtered_by_themselves() -> None:
    rows = np.stack([LOGITS, LOGITS[::-1]])
    both = np.asarray(filter_logits(rows, top_k=2))
    np.testing.assert_array_equal(both[0], both[1][::-1])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_are_drawn_as_often_as_they_are_probable(temperature: float) -> None:
    count = 20_000
    rows = np.broadcast_to(LOGITS, (count, 5))
    drawn = np.asarray(sample_token(rows, seed=3, temperature=temperature))
    expected = PROBABILITIES ** (1 / temperature)
    expected /= expected.sum()
    # Five standard deviations of a frequency, at most 5 * sqrt(0.25 / count).
    np.testing.assert_allclose(np.bincount(drawn, minlength=5) / count, expected, atol=0.018)


def test_temperature_zero_takes_the_likeliest_and_a_seed_repeats() -> None:
    rows = np.broadcast_to(LOGITS, (100, 5))
    assert set(np.asarray(sample_token(rows, seed=1, temperature=0.0)).tolist()) == {1}
    one, same, other = (np.asarray(sample_token(rows, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
