"""Options are made from a recipe's `Config`, completely and faithfully."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from kerasdl.cli import recipes
from kerasdl.cli.options import config_options
from kerasdl.training.recipe import Recipe


@pytest.mark.parametrize("name", recipes.names())
def test_every_field_is_an_option_with_help_and_default(name: str) -> None:
    config = recipes.load(name).Config
    options = {option.name: option for option in config_options(config)}
    assert set(options) == set(config.model_fields)
    for field in config.model_fields.values():
        assert field.description
    for option in options.values():
        assert "[default: " in str(option.help)


@pytest.mark.parametrize("name", recipes.names())
def test_printed_config_runs_again(
    name: str, kerasdl_command: Callable[..., Any], tmp_path: Path
) -> None:
    first = kerasdl_command("recipe", name, "--print-config", "--seed", 7, "--precision", "float32")
    (tmp_path / "config.json").write_text(first.out)
    second = kerasdl_command("recipe", name, "--config", tmp_path / "config.json", "--print-config")
    assert json.loads(second.out) == json.loads(first.out)
    assert json.loads(second.out)["seed"] == 7
    third = kerasdl_command(
        "recipe", name, "--config", tmp_path / "config.json", "--seed", 8, "--print-config"
    )
    assert json.loads(third.out) == {**json.loads(first.out), "seed": 8}


def test_smoke_values_give_way_to_options(kerasdl_command: Callable[..., Any]) -> None:
    plain = json.loads(kerasdl_command("recipe", "mnist", "--print-config").out)
    smoke = json.loads(kerasdl_command("recipe", "mnist", "--smoke", "--print-config").out)
    more = json.loads(
        kerasdl_command("recipe", "mnist", "--smoke", "--epochs", 9, "--print-config").out
    )
    assert smoke == {**plain, "data": "digits", "epochs": smoke["epochs"]}
    assert smoke["epochs"] < plain["epochs"]
    assert more == {**smoke, "epochs": 9}


def test_words_become_values() -> None:
    config = Recipe(recipes.load("mnist")).configure(
        {"hidden_units": ["64", "32"], "epochs": "3", "learning_rate": "1e-2", "data_dir": "x"}
    )
    assert config.hidden_units == (64, 32)  # type: ignore[attr-defined]
    assert (config.epochs, config.learning_rate, config.data_dir) == (3, 0.01, Path("x"))


def test_switches_have_both_forms(kerasdl_command: Callable[..., Any]) -> None:
    on = json.loads(kerasdl_command("recipe", "mnist", "--deterministic", "--print-config").out)
    off = json.loads(kerasdl_command("recipe", "mnist", "--no-jit-compile", "--print-config").out)
    assert (on["deterministic"], on["jit_compile"]) == (True, True)
    assert (off["deterministic"], off["jit_compile"]) == (False, False)


def test_help_names_bounds_and_choices(kerasdl_command: Callable[..., Any]) -> None:
    out = " ".join(kerasdl_command("recipe", "mnist", "--help").out.split())
    assert "--dropout-rate NUMBER" in out
    assert "[default: 0.2; >= 0; < 1]" in out
    assert "--precision float32|mixed_bfloat16|mixed_float16" in out
    assert out.index("This recipe:") < out.index("Training:") < out.index("Run:")


def test_every_command_has_help(kerasdl_command: Callable[..., Any]) -> None:
    from kerasdl.cli.main import kerasdl

    context = click.Context(kerasdl)
    for verb in kerasdl.list_commands(context):
        outcome = kerasdl_command(verb, "--help")
        assert outcome.code == 0
        assert outcome.out.startswith(f"Usage: kerasdl {verb}")
        found = kerasdl.get_command(context, verb)
        assert found is not None
        assert not found.get_short_help_str(limit=60).endswith("...")
