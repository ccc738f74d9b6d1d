"""Going on with an interrupted run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerasdl.training import checkpoint
from kerasdl.training.config import RecipeConfig
from kerasdl.training.recipe import Recipe
from kerasdl.training.run_folder import RunFolder
from kerasdl.training.training_state import TrainingState
from kerasdl.user_error import UserError

# What does not change what a run computes up to the point it has reached.
CHANGEABLE = ("epochs", "max_time", "patience", "device", "data_dir")


def open_run(
    path: Path, recipe: Recipe, options: Mapping[str, Any]
) -> tuple[RunFolder, TrainingState, RecipeConfig]:
    """Opens the run in `path` to go on with it.

    Args:
        path: the run's folder.
        recipe: the recipe that it must be a run of.
        options: fields of the configuration that are given anew.

    Returns:
        The run's folder, how far it has come, and its configuration.

    Raises:
        UserError: it is no run, a run of another recipe, damaged, or an option
            would make it another run.
    """
    folder = RunFolder.open(path)
    name, values = folder.read_config()
    if name != recipe.reference:
        raise UserError(
            f"'{path}' is a run of recipe '{name}', not of '{recipe.reference}'. "
            f"Use: kerasdl recipe {name} --resume {path}"
        )
    before = recipe.configure(values)
    config = recipe.configure({**values, **options})
    for option in options:
        old, new = getattr(before, option), getattr(config, option)
        if old != new and option not in CHANGEABLE:
            raise UserError(
                f"--{option.replace('_', '-')} cannot change on resume: the run has {old!r}, "
                f"received {new!r}. Leave it out, or start a new run. "
                f"What may change: {', '.join(CHANGEABLE)}."
            )
    state = TrainingState(recipe.name)
    if folder.last.is_file():
        try:
            state = TrainingState(**checkpoint.read_state(folder.last))
        except TypeError:
            raise UserError(
                f"'{folder.last}' was written by another version of kerasdl and cannot be "
                f"resumed. Start again with: kerasdl recipe {name} --config {folder.config}"
            ) from None
    if state.epoch >= config.epochs and folder.result.is_file():
        raise UserError(
            f"'{path}' is complete: {state.epoch} of {config.epochs} epochs. "
            f"To train on: --resume {path} --epochs {2 * state.epoch}"
        )
    return folder, state, config
