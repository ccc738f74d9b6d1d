"""Every recipe has a page, and the page shows the run that is recorded."""

import re
from pathlib import Path

import pytest

from kerasdl.cli import recipes

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / "recipes" / f"{name}.md").read_text()


def recorded(name: str) -> dict[str, str]:
    """The metrics on test data of the run whose report is kept."""
    report = (DOCS / "results" / f"{name}.md").read_text()
    return dict(re.findall(r"^\| test (\w+) \| ([-\d.]+) \|$", report, re.MULTILINE))


@pytest.mark.parametrize("name", recipes.names())
def test_page_prints_what_was_recorded(name: str) -> None:
    printed = re.search(r"^Test: (.*)  \(best epoch \d+\)$", page(name), re.MULTILINE)
    assert printed is not None
    assert dict(part.split() for part in printed[1].split("  ")) == recorded(name)
    assert f"kerasdl recipe {name}\n" in page(name)


@pytest.mark.parametrize("name", recipes.names())
def test_claim_is_what_was_recorded(name: str) -> None:
    values = [float(value) for value in recorded(name).values()]
    said = {f"{value:.1%}".replace("%", " %") for value in values if 0 < value <= 1}
    said |= {f"{value:.{digits}f}" for value in values for digits in (1, 2, 4) if value > 0}
    expect = recipes.facts(name)["expect"]
    assert any(re.search(rf"(?<![\d.]){re.escape(words)}(?!\d)", expect) for words in said), said


@pytest.mark.parametrize("name", recipes.names())
def test_page_shows_pictures_that_are_there(name: str) -> None:
    pictures = re.findall(r"\]\(([\w/]+\.png)\)", page(name))
    assert pictures
    shown = {DOCS / "recipes" / picture for picture in pictures}
    assert shown == set((DOCS / "recipes" / name).iterdir())
    assert all(picture.stat().st_size <= 110_000 for picture in shown)


@pytest.mark.parametrize("name", recipes.names())
def test_page_is_found(name: str) -> None:
    assert f"(recipes/{name}.md)" in (DOCS / "README.md").read_text()
    assert f"docs/recipes/{name}.md" in (DOCS.parent / "README.md").read_text()
