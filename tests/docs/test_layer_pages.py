"""The pages of `docs/layers/`: their code prints what they say, and nothing is left out."""

import contextlib
import importlib.util
import io
import re
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import kerasdl

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted((DOCS / "layers").glob("*.md"))
PICTURES = DOCS / "layers" / "pictures"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)\)")


def examples(page: Path) -> list[tuple[int, str, str]]:
    """Line, code and expected print-out of each python block of a page."""
    text = page.read_text("utf-8")
    found: list[tuple[int, str, str]] = []
    for match in _FENCE.finditer(text):
        language, body = match.groups()
        line = text.count("\n", 0, match.start()) + 1
        if language == "python":
            found.append((line, body, ""))
        else:
            assert language == "text", f"{page.name}, line {line}: a block of {language!r}"
            assert found, f"{page.name}, line {line}: a print-out without code"
            start, code, _ = found[-1]
            found[-1] = (start, code, body)
    return found


def pictures_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_prints_what_it_says(page: Path) -> None:
    blocks = examples(page)
    assert blocks, f"{page.name} has no example"
    # One namespace for the page, as for a reader who types it all into one session.
    names: dict[str, Any] = {"__name__": "page"}
    for line, code, expected in blocks:
        printed = io.StringIO()
        # As many lines in front as in the page, so that tracebacks name its lines.
        compiled = compile("\n" * line + code, str(page), "exec")
        with contextlib.redirect_stdout(printed):
            exec(compiled, names)  # noqa: S102
        assert printed.getvalue() == expected, f"{page.name}, line {line}"


@pytest.mark.parametrize("family", ["layers", "ops", "losses", "schedules", "testing"])
def test_everything_exported_is_on_some_page(family: str) -> None:
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    words = set(re.findall(r"\w+", text))
    missing = set(getattr(kerasdl, family).__all__) - words
    assert not missing, f"no page mentions {sorted(missing)} of kerasdl.{family}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text("utf-8"))
    broken = [link for link in links if not (page.parent / link).exists()]
    assert not broken, f"{page.name} links to {broken}"


@pytest.mark.parametrize("index", [DOCS / "README.md", DOCS / "layers" / "README.md"], ids=str)
def test_index_names_every_page(index: Path) -> None:
    linked = {(index.parent / link).resolve() for link in _LINK.findall(index.read_text("utf-8"))}
    assert {page for page in PAGES if page != index} <= linked


def test_pages_show_the_pictures_that_the_script_makes() -> None:
    shown = {
        Path(link).stem
        for page in PAGES
        for link in _LINK.findall(page.read_text("utf-8"))
        if link.endswith(".png")
    }
    drawn = {path.stem for path in PICTURES.glob("*.png")}
    assert shown == drawn == set(pictures_script().PICTURES)


def test_script_draws_small_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    script = pictures_script()
    monkeypatch.setattr(sys, "argv", ["make_pictures.py", "--folder", str(tmp_path)])
    script.main()
    assert len(capsys.readouterr().out.splitlines()) == len(script.PICTURES)
    for name in script.PICTURES:
        new, old = (folder / f"{name}.png" for folder in (tmp_path, PICTURES))
        assert size_in_pixels(new) == size_in_pixels(old)
        assert max(new.stat().st_size, old.stat().st_size) < 100_000


def size_in_pixels(path: Path) -> tuple[int, int]:
    """Width and height from the header of a PNG file."""
    return struct.unpack(">II", path.read_bytes()[16:24])
