"""The words in which arguments are refused."""

import math

import pytest

from kerasdl.arguments import (
    check_choice,
    check_non_negative,
    check_positive,
    check_positive_integers,
    check_rates,
)

WRONG = {
    check_positive_integers: [0, -1, 1.0, True, None, "2"],
    check_positive: [0, -1.5, math.nan, math.inf, True, None, "2"],
    check_non_negative: [-1e-9, math.nan, math.inf, False, None],
    check_rates: [1, -0.1, math.nan, True, None, "0.5"],
}
RIGHT = {
    check_positive_integers: [1, 2**40],
    check_positive: [1, 1e-9],
    check_non_negative: [0, 0.0, 3],
    check_rates: [0, 0.0, 0.999],
}
EXPECTED = {
    check_positive_integers: "an integer of at least 1",
    check_positive: "a number above 0",
    check_non_negative: "a number of at least 0",
    check_rates: r"a number in \[0, 1\)",
}


@pytest.mark.parametrize("check", WRONG)
def test_numbers(check):
    for value in RIGHT[check]:
        assert check(first=value, second=value) is None
    for value in WRONG[check]:
        with pytest.raises(ValueError, match=f"^Received b={value!r}. Expected {EXPECTED[check]}."):
            check(a=RIGHT[check][0], b=value)


def test_choices():
    assert check_choice(("a", "b"), mode="b") is None
    with pytest.raises(ValueError, match=r"^Received mode='c'. Expected one of \('a', 'b'\)\.$"):
        check_choice({"a": 1, "b": 2}, mode="c")
