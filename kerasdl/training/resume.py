"""Going on with an interrupted run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kerasdl.training import checkpoint
from kerasdl.training.config import RecipeConfig
from kerasdl.training.recipe import Recipe
from kerasdl.training.run_folder import RunFolder, read_json
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
    for reason, option in (("patience", "patience"), ("time limit", "max_time")):
        if state.stopped == reason and getattr(before, option) != getattr(config, option):
            state.stopped = None
    ended = state.epoch >= config.epochs or state.stopped in ("patience", "time limit")
    if ended and folder.result.is_file() and read_json(folder.result).get("finished"):
        raise UserError(
            f"'{path}' is complete: {state.epoch} of {config.epochs} epochs"
            + (f", stopped by {state.stopped}. " if state.stopped else ". ")
            + "To train on, raise --epochs, --patience or --max-time."
        )
    return folder, state, config


def check_same_data(folder: RunFolder, info: Any) -> None:
    """Makes sure that a run goes on with the data it began with.

    Args:
        folder: the run's folder.
        info: the `DataInfo` of the data that was loaded now.

    Raises:
        UserError: it is another set, version or split.
    """
    if not folder.environment.is_file():
        return
    before, now = read_json(folder.environment)["data"], info.to_json()
    if any(before[key] != now[key] for key in ("name", "version", "counts")):
        raise UserError(
            f"'{folder.path}' used {before['name']} {before['version']} "
            f"({before['location']}); now there is {now['name']} {now['version']} "
            f"({now['location']}). Say where the data is with --data-dir."
        )
