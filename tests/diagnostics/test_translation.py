import math
import sys

import pytest

from kerasdl.diagnostics import bleu, exact_match, nearest_targets
from kerasdl.user_error import UserError


def test_exact_match() -> None:
    assert exact_match(["a", "b", "c", "d"], ["a", "b", "c", "D"]) == 0.75


def test_bleu_is_that_of_the_paper() -> None:
    # Of 6 words 5 are right, of 5 pairs 3, of 4 triples 2, of 3 quadruples 1; equal lengths.
    expected = 100 * math.exp(sum(map(math.log, (5 / 6, 3 / 5, 2 / 4, 1 / 3))) / 4)
    found = bleu(["the cat sat on the mat"], ["the cat sat on a mat"])
    assert found == pytest.approx(expected)
    assert bleu(["the cat sat on the mat"] * 2, ["the cat sat on the mat"] * 2) == pytest.approx(
        100
    )


def test_bleu_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sacrebleu", None)
    with pytest.raises(UserError, match=r"pip install 'kerasdl\[text\]'"):
        bleu(["a"], ["a"])


def test_nearest_targets() -> None:
    sources = ["3 March 2012", "4 March 2012", "17 July 1999"]
    assert nearest_targets(sources, ["A", "B", "C"], ["July 17, 1999", *sources]) == list("CABC")
    many = nearest_targets(sources, ["A", "B", "C"], sources * 70)
    assert many == list("ABC" * 70)


@pytest.mark.parametrize("measure", [exact_match, bleu])
def test_lengths_must_agree(measure) -> None:
    with pytest.raises(ValueError, match="received 2 translations and 1 references"):
        measure(["a", "b"], ["a"])
    with pytest.raises(ValueError, match="received 0 translations and 0 references"):
        measure([], [])
