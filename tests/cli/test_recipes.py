"""Recipes are found on disk and described without being imported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kerasdl.recipes
from kerasdl.cli import recipes
from kerasdl.training.recipe import Recipe

FACTS = {"summary", "task", "data", "model", "expect", "command"}


def test_names_are_the_files_on_disk() -> None:
    files = {file.stem for file in Path(kerasdl.recipes.__path__[0]).glob("*.py")}
    assert set(recipes.names()) == files - {"__init__"}


@pytest.mark.parametrize("name", recipes.names())
def test_recipe_states_its_claim(name: str) -> None:
    facts = recipes.facts(name)
    assert set(facts) >= FACTS
    assert all(facts.values())
    assert facts["command"] == f"kerasdl recipe {name}"


@pytest.mark.parametrize("name", recipes.names())
def test_recipe_is_short_and_loads(name: str) -> None:
    assert len(recipes.file_of(name).read_text().splitlines()) <= 150
    recipe = Recipe(recipes.load(name))
    assert recipe.name == recipe.reference == name
    assert recipe.configure({}, smoke=True) != recipe.configure({})


def test_list_names_every_recipe(kerasdl_command: Callable[..., Any]) -> None:
    out = kerasdl_command("recipe").out
    listed = json.loads(kerasdl_command("recipe", "--json").out)
    assert list(listed) == recipes.names()
    for name in recipes.names():
        assert f"\n{name} " in out


def test_show_prints_the_file(kerasdl_command: Callable[..., Any]) -> None:
    assert kerasdl_command("show", "mnist").out == recipes.file_of("mnist").read_text()


def test_copy_is_the_file_and_is_a_recipe(
    kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    outcome = kerasdl_command("copy", "mnist", tmp_path / "own" / "my_mnist.py")
    copied = tmp_path / "own" / "my_mnist.py"
    assert outcome.code == 0
    assert copied.read_text() == recipes.file_of("mnist").read_text()
    assert str(copied) in outcome.out
    recipe = Recipe(recipes.load(str(copied)))
    assert (recipe.name, recipe.reference) == ("my_mnist", str(copied))


def test_copy_into_a_folder_keeps_the_name(
    kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    assert kerasdl_command("copy", "mnist", tmp_path).code == 0
    assert (tmp_path / "mnist.py").is_file()
    assert kerasdl_command("copy", "mnist", tmp_path, "--force").code == 0
