"""The recipes on disk, found without importing them."""

import ast
import importlib
import importlib.util
import pkgutil
import re
import sys
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import ModuleType

from kerasdl.training.recipe import Recipe
from kerasdl.training.run_folder import read_text
from kerasdl.user_error import UserError


@cache
def _package() -> ModuleType:
    return importlib.import_module("kerasdl.recipes")


def names() -> list[str]:
    """The names of kerasdl's own recipes."""
    return sorted(module.name for module in pkgutil.iter_modules(_package().__path__))


def file_of(name: str) -> Path:
    """The source file of a recipe: of kerasdl's by name, of a user's by path.

    Raises:
        UserError: there is none.
    """
    if name in names():
        return next(
            file for folder in _package().__path__ if (file := Path(folder, f"{name}.py")).is_file()
        )
    if name.endswith(".py") or "/" in name:
        path = Path(name)
        if not path.is_file():
            raise UserError(f"There is no file '{name}'. Expected a recipe's .py file.")
        return path
    close = get_close_matches(name, names(), n=1)
    hint = f"Did you mean '{close[0]}'? " if close else ""
    raise UserError(
        f"Unknown recipe '{name}'. {hint}Known: {', '.join(names())}; "
        "or the path of your own recipe's .py file."
    )


def source_of(name: str) -> str:
    """The source of a recipe.

    Raises:
        UserError: there is none, or it is not text.
    """
    return read_text(file_of(name))


def facts(name: str) -> dict[str, str]:
    """What a recipe's docstring says of it: `summary` and its `Key: value` lines."""
    text = ast.get_docstring(ast.parse(source_of(name))) or ""
    found = {"summary": text.partition("\n")[0].rstrip(".")}
    for key, value in re.findall(r"^([A-Z][a-z]+): +(.+(?:\n {2,}.+)*)", text, flags=re.MULTILINE):
        found[key.lower()] = " ".join(value.split())
    return found


def load(name: str) -> ModuleType:
    """Imports a recipe: kerasdl's by name, a user's by the path of its file.

    Raises:
        UserError: there is none, its file cannot be imported, or is no recipe.
    """
    file = file_of(name)
    if name in names():
        module = importlib.import_module(f"kerasdl.recipes.{name}")
    else:
        module = _import_file(file)
    Recipe(module)
    return module


def _import_file(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file.resolve())
    if spec is None or spec.loader is None:
        raise UserError(f"'{file}' is not a Python file. Expected a recipe's .py file.")
    module = importlib.util.module_from_spec(spec)
    # Pydantic looks the module up while it makes the configuration.
    before = sys.modules.get(file.stem)
    sys.modules[file.stem] = module
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, ValueError) as error:
        raise UserError(f"Cannot import the recipe '{file}': {error}") from None
    finally:
        if before is not None:
            sys.modules[file.stem] = before
    return module
