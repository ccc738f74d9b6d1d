"""`kerasdl.train`: a recipe from its configuration to the exported model."""

import time
from pathlib import Path
from types import ModuleType
from typing import Any

from kerasdl import files
from kerasdl.files import check_writable
from kerasdl.training import checkpoint
from kerasdl.training.environment import describe_environment
from kerasdl.training.finish import finish
from kerasdl.training.interrupted import Interrupted
from kerasdl.training.loop import run_epochs
from kerasdl.training.preparation import prepared
from kerasdl.training.progress import RunConsole
from kerasdl.training.recipe import Recipe
from kerasdl.training.resume import check_same_data, open_run
from kerasdl.training.run import Run
from kerasdl.training.run_folder import RunFolder
from kerasdl.training.training_state import TrainingState


def train(
    recipe: ModuleType,
    *,
    resume: str | Path | None = None,
    smoke: bool = False,
    runs_dir: str | Path = "runs",
    saved_models_dir: str | Path = "saved_models",
    export: bool = True,
    quiet: bool = False,
    console: RunConsole | None = None,
    **options: Any,
) -> Run:
    """Runs a recipe: data, training, evaluation, pictures, report, export.

    Args:
        recipe: a recipe's module, such as `kerasdl.recipes.mnist`.
        resume: folder of an interrupted run to go on with. Its configuration
            is kept; only `epochs`, `max_time`, `patience`, `device` and
            `data_dir` may be given anew.
        smoke: take the recipe's `SMOKE` values as defaults: seconds, offline.
        runs_dir: where the run's folder goes: `<runs_dir>/<recipe>/<time>-<seed>/`.
        saved_models_dir: where the export goes: `<saved_models_dir>/<recipe>/<version>/`.
        export: whether the best model is exported at the end.
        quiet: print nothing.
        console: where to print instead of standard output.
        **options: fields of the recipe's `Config`.

    Returns:
        The run: `history`, `test`, `model`, `path`, `export`.

    Raises:
        UserError: an option is wrong, the data or the device is not there, the
            loss stops being finite, or a file cannot be written.

    Example:

    ```python
    import kerasdl
    from kerasdl.recipes import mnist

    run = kerasdl.train(mnist, epochs=3)
    run.test["accuracy"], run.history["val_loss"], run.model
    ```
    """
    started = time.perf_counter()
    described = Recipe(recipe)
    console = console or RunConsole(quiet=quiet)
    state = TrainingState(described.name)
    folder = None
    if resume is not None:
        folder, state, config = open_run(Path(resume), described, options)
    else:
        config = described.configure(options, smoke=smoke)

    saved_models = Path(saved_models_dir) if export else None
    check_writable(folder.path if folder else Path(runs_dir) / described.name, "--runs-dir")
    if saved_models is not None:
        check_writable(saved_models / described.name, "--saved-models-dir")

    with prepared(config, console) as (config, device):
        data = recipe.load_data(config)
        if data.info.is_fallback:
            console.notice(data.info.reason)
        else:
            console.line(f"Data: {data.info.reason}")
        counts = ", ".join(f"{count:,} {split}" for split, count in data.info.counts.items())
        console.line(f"      {counts}")
        if folder is not None:
            check_same_data(folder, data.info)
        with device.scope():
            model = described.build_model(config, data)
        if folder is None:
            folder = RunFolder.create(Path(runs_dir), described.name, config.seed)
        else:
            files.remove_leftovers(folder.path)
            if folder.last.is_file():
                checkpoint.restore(model, folder.last)
        folder.write_config(described.reference, config.model_dump(mode="json"))
        environment = describe_environment(device.description, described.file)
        if not folder.environment.is_file():
            files.write_json(folder.environment, {**environment, "data": data.info.to_json()})
        data.write_samples(folder.samples)
        console.line(f"Model: {model.name}, {model.count_params():,} parameters")
        console.line(f"Device: {device.description}, {config.precision}")
        console.line(f"Run: {folder.path}")
        if state.epoch or state.step:
            middle = f", step {state.step}" if state.step else ""
            console.line(f"Going on after epoch {state.epoch}{middle}.")
        run_epochs(model, data, described, config, folder, state, console)
        if state.stopped == "interrupted":
            raise Interrupted(folder, state)
        finish(described, model, data, folder, state, saved_models, started, console)
    return Run(folder.path)
