"""What comes after the last epoch: measure, picture, export, report."""

import shlex
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl import files
from kerasdl.training.measure import baselines, measure
from kerasdl.training.progress import RunConsole, format_duration, format_logs, format_step
from kerasdl.training.recipe import Recipe
from kerasdl.training.report import write_report
from kerasdl.training.run import Run, load_best
from kerasdl.training.run_folder import RunFolder
from kerasdl.training.training_state import TrainingState

if TYPE_CHECKING:
    import keras


def finish(
    recipe: Recipe,
    model: "keras.Model",
    data: Any,
    folder: RunFolder,
    state: TrainingState,
    saved_models: Path | None,
    started: float,
    console: RunConsole,
) -> None:
    """Evaluates the best model on the test split; draws, exports and reports it."""
    from kerasdl import plots

    config = recipe.configure(folder.read_config()[1])
    epochs = folder.read_metrics()
    # Saved under the run's own precision and device; loaded anew, so that what
    # is measured is what is on disk.
    best = load_best(folder)
    test = measure(recipe, config, best, data)
    run = Run(folder.path)
    title = f"{recipe.name}: {folder.path.name}"
    pictures = {folder.curves.name: plots.curves(run.history, title, state.best_epoch)}
    if hasattr(recipe.module, "learning_curves"):
        pictures |= recipe.module.learning_curves(config, run.history)
    if hasattr(recipe.module, "pictures"):
        pictures |= recipe.module.pictures(config, best, data)
    for name, figure in pictures.items():
        plots.save(figure, folder.path / name)
    texts = recipe.module.texts(config, best, data) if hasattr(recipe.module, "texts") else {}
    result: dict[str, Any] = {
        "test": test,
        "baselines": baselines(recipe, config, data),
        "best_epoch": state.best_epoch,
        "epochs": state.epoch,
        "stopped": state.stopped or "all epochs done",
        "parameters": model.count_params(),
        "train_seconds": round(sum(epoch["train_seconds"] for epoch in epochs), 2),
        "fit_seconds": round(state.seconds, 2),
        "step_milliseconds": _median_milliseconds(epochs, "step_seconds"),
        "input_wait_milliseconds": _median_milliseconds(epochs, "input_wait_seconds"),
        "pictures": list(pictures),
        "texts": texts,
    }

    def record() -> None:
        result["total_seconds"] = round(time.perf_counter() - started, 2)
        files.write_json(folder.result, result)
        write_report(run, recipe)

    # Before the export, and again after it: what was measured does not depend on it.
    record()
    if saved_models is not None and hasattr(recipe.module, "servable"):
        from kerasdl import exporting

        servable = recipe.module.servable(best, data.info, folder.samples)
        report = exporting.export_saved_model(
            servable,
            saved_models / recipe.name,
            metadata={"run": str(folder.path), "recipe": recipe.name, "test": result["test"]},
            task=exporting.task_sample(servable.kind, data.arrays("test")),
        )
        result["export"] = str(report.path)
        result["export_max_difference"] = report.max_difference
    result["finished"] = True
    record()
    summarize(run, console)


def _median_milliseconds(epochs: list[dict[str, Any]], name: str) -> float | None:
    """The median over the epochs: the first may have compiled, and others shared the machine."""
    values = [epoch[name] for epoch in epochs if epoch.get(name) is not None]
    return round(1e3 * statistics.median(values), 3) if values else None


def summarize(run: Run, console: RunConsole) -> None:
    """Prints what came out, where it is, and what to type next."""
    result, folder = run.result, run.folder
    console.line()
    console.line(f"Test: {format_logs(result['test'])}  (best epoch {result['best_epoch']})")
    for name, metrics in result["baselines"].items():
        console.line(f"      {name}: {format_logs(metrics)}")
    console.line(
        f"Time: {format_duration(result['fit_seconds'])} training and validation, "
        f"{format_duration(result['total_seconds'])} in all; {result['stopped']}"
    )
    console.line(f"Step: {format_step(result)}")
    for title, text in result["texts"].items():
        console.line(f"\n{title}:\n\n{text}\n")
    console.line(f"Run:  {folder.path}")
    console.line(f"      {', '.join(['report.md', *result['pictures'], 'best.keras'])}")
    if run.export:
        console.line(
            f"SavedModel: {run.export}  "
            f"(largest difference from Keras {result['export_max_difference']:.1e})"
        )
    console.line()
    console.line("Next:")
    commands: list[list[object]] = []
    sample = min(folder.samples.iterdir(), default=None) if folder.samples.is_dir() else None
    if sample is not None:
        sources = [folder.path, run.export] if run.export else [folder.path]
        commands += [["predict", source, sample] for source in sources]
    commands += [
        ["evaluate", folder.path],
        ["recipe", run.recipe, "--config", folder.config, "--seed", 1],
    ]
    if not run.recipe.endswith(".py"):
        commands.append(["copy", run.recipe, f"my_{run.recipe}.py"])
    for words in commands:
        console.line(f"  {shlex.join(['kerasdl', *map(str, words)])}")
