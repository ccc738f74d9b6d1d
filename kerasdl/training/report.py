"""`report.md`: a run for people to read."""

import shlex
from typing import TYPE_CHECKING

from kerasdl import files
from kerasdl.training.progress import format_duration, format_number, format_step
from kerasdl.training.recipe import Recipe

if TYPE_CHECKING:
    from kerasdl.training.run import Run


def write_report(run: "Run", recipe: Recipe) -> None:
    """Writes `report.md` in the run's folder.

    Args:
        run: a run that has ended.
        recipe: its recipe; the first line of its docstring is the title.
    """
    files.write_text(run.folder.report, format_report(run, recipe))


def format_report(run: "Run", recipe: Recipe) -> str:
    """The report as Markdown."""
    result, environment = run.result, run.environment
    data = environment["data"]
    title = (recipe.module.__doc__ or recipe.name).strip().splitlines()[0]
    test = [f"| test {name} | {format_number(value)} |" for name, value in result["test"].items()]
    baselines = [
        f"| {name}: {metric} | {format_number(value)} |"
        for name, metrics in result["baselines"].items()
        for metric, value in metrics.items()
    ]
    counts = ", ".join(f"{count:,} {split}" for split, count in data["counts"].items())
    lines = [
        f"# {recipe.name}: {title}",
        "",
        "| | |",
        "| --- | --- |",
        *test,
        *baselines,
        f"| best epoch | {result['best_epoch']} of {result['epochs']} ({result['stopped']}) |",
        f"| parameters | {result['parameters']:,} |",
        f"| training and validation | {format_duration(result['fit_seconds'])} |",
        f"| training step | {format_step(result)} |",
        f"| in all | {format_duration(result['total_seconds'])} |",
        f"| device | {environment['device']}, {environment['processor']} |",
        "",
        "## Data",
        "",
        f"{data['reason']} {counts}.",
        "",
        "The test split was not seen in training, nor used to choose the best epoch: "
        "that was done on the validation split.",
        "",
        "## Pictures",
        "",
        *(
            f"![{name.removesuffix('.png').replace('_', ' ')}]({name})"
            for name in result["pictures"]
        ),
        "",
        *(
            line
            for title, text in result.get("texts", {}).items()
            for line in (f"## {title}", "", "```text", text, "```", "")
        ),
        "## Epochs",
        "",
        *_table(run.history),
        "",
    ]
    if run.export:
        lines += [
            "## Export",
            "",
            f"`{run.export}`: a SavedModel, reloaded in a fresh process without Keras. Largest "
            f"difference from the Keras model: {result['export_max_difference']:.1e}.",
            "",
        ]
    lines += [
        "## Again",
        "",
        "```",
        f"kerasdl recipe {shlex.quote(run.recipe)} --config {shlex.quote(str(run.folder.config))}",
        "```",
        "",
        "| option | value |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in run.config.items()),
        "",
        "| software | version |",
        "| --- | --- |",
        *(f"| {name} | {version} |" for name, version in environment["versions"].items()),
        "",
    ]
    return "\n".join(lines)


def _table(history: dict[str, list[float]]) -> list[str]:
    names = list(history)
    rows = zip(*history.values(), strict=True)
    return [
        f"| {' | '.join(names)} |",
        f"| {' | '.join('---' for _ in names)} |",
        *(f"| {' | '.join(_cell(value) for value in row)} |" for row in rows),
    ]


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if isinstance(value, int) else f"{value:.4g}"
