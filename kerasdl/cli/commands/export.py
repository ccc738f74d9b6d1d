"""`kerasdl export`: the best model of a run as an artefact for production."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option, json_option
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    from kerasdl.exporting import ArtifactReport, ExportReport, Servable
    from kerasdl.exporting.formats import ExportFormat
    from kerasdl.training.recipe import Recipe
    from kerasdl.training.run import Run
    from kerasdl.training.run_examples import RunExamples

FORMATS = ("saved_model", "keras", "litert", "onnx", "openvino")


@click.command(
    epilog="Examples:  kerasdl export runs/mnist/20260101-120000-0   |   "
    "kerasdl export runs/mnist/20260101-120000-0 --format onnx --format litert --quantize int8"
)
@click.argument("run")
@click.option(
    "--format",
    "formats",
    type=click.Choice(FORMATS),
    multiple=True,
    default=["saved_model"],
    show_default=True,
    help="What to write; may be given several times.",
)
@click.option(
    "--quantize",
    type=click.Choice(["none", "dynamic", "int8"]),
    multiple=True,
    help="How litert holds the model: weights in 8 bits (dynamic), or computing in 8 bits too "
    "(int8); may be given several times.  [default: none]",
)
@click.option("--saved-models-dir", default="saved_models", show_default=True)
@click.option("--name", help="The SavedModel's folder; by default the recipe's name.")
@click.option("--version", type=click.IntRange(min=1), help="By default the next one.")
@click.option(
    "--exports-dir", help="Folder of the other formats.  [default: exports in the run's folder]"
)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=256,
    show_default=True,
    help="Test examples to measure each export with; 0 for none.",
)
@click.option("--data-dir", help="Where the prepared data is now, if it has moved.")
@json_option
@debug_option
def command(
    run: str,
    formats: tuple[str, ...],
    quantize: tuple[str, ...],
    saved_models_dir: str,
    name: str | None,
    version: int | None,
    exports_dir: str | None,
    examples: int,
    data_dir: str | None,
    as_json: bool,
) -> None:
    """Export the best model of RUN.

    SavedModels go to saved_models/NAME/VERSION, other formats to exports/FORMAT in the
    folder of the run. Each export is read back by its own runtime, a SavedModel
    without Keras, compared with the model, and measured.
    """
    from kerasdl.training.recipe import Recipe
    from kerasdl.training.run import Run

    if quantize and "litert" not in formats:
        raise click.UsageError("--quantize is for --format litert, which is not asked for.")
    opened = Run(Path(run))
    recipe = Recipe(recipes.load(opened.recipe))

    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    from kerasdl.exporting import export_artifact, export_saved_model
    from kerasdl.exporting.formats import FORMATS as CLASSES
    from kerasdl.exporting.report_table import report_table
    from kerasdl.training.run_servable import run_servable

    for format_ in formats:
        if format_ != "saved_model":
            CLASSES[format_]().require()  # before the work of the others
    servable = run_servable(opened, recipe)
    found = _examples(opened, recipe, servable, examples, data_dir, "int8" in quantize)
    task = found.test if found else None
    metadata = {"run": run, "recipe": recipe.name, "test": opened.test}
    reports: list[ExportReport | ArtifactReport] = []
    if "saved_model" in formats:
        folder = Path(saved_models_dir) / (name or recipe.name)
        reports.append(
            export_saved_model(servable, folder, version=version, metadata=metadata, task=task)
        )
    exports = Path(exports_dir) if exports_dir else opened.path / "exports"
    for folder_name, artifact in _artifacts(formats, quantize or ("none",), found).items():
        fit = artifact.any_precision
        given = servable if fit else run_servable(opened, recipe, in_32_bits=True)
        report = export_artifact(
            given, exports / folder_name, artifact, metadata=metadata, task=task
        )
        reports.append(report)
    if as_json:
        values = [report.to_json() for report in reports]
        click.echo(json.dumps(values if len(values) > 1 else values[0], indent=2))
    else:
        click.echo(report_table(reports))


def _examples(
    run: "Run",
    recipe: "Recipe",
    servable: "Servable",
    count: int,
    data_dir: str | None,
    needed: bool,
) -> "RunExamples | None":
    from kerasdl.training.run_examples import run_examples

    if not count:
        return None
    try:
        return run_examples(run, recipe, servable.kind, count, data_dir)
    except UserError as error:
        if needed:
            raise
        click.echo(f"Exports are not measured: {error}", err=True)
        return None


def _artifacts(
    formats: tuple[str, ...], quantize: tuple[str, ...], found: "RunExamples | None"
) -> "dict[str, ExportFormat]":
    """By the name of its folder, each format but the SavedModel."""
    from kerasdl.exporting.formats import FORMATS as CLASSES
    from kerasdl.exporting.formats import LiteRT

    artifacts: dict[str, ExportFormat] = {}
    for format_ in formats:
        if format_ == "litert":
            for kind in quantize:
                folder = format_ if kind == "none" else f"{format_}-{kind}"
                chosen = None if kind == "none" else kind
                artifacts[folder] = LiteRT(chosen, found.representative if found else None)
        elif format_ != "saved_model":
            artifacts[format_] = CLASSES[format_]()
    return artifacts
