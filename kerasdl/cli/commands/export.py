"""`kerasdl export`: the best model of a run as an artefact for production."""

import json
from pathlib import Path

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option, json_option


@click.command(epilog="Example: kerasdl export runs/mnist/20260101-120000-0")
@click.argument("run")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["saved_model"]),
    default="saved_model",
    show_default=True,
    help="What to write.",
)
@click.option("--saved-models-dir", default="saved_models", show_default=True)
@click.option("--name", help="The model's folder; by default the recipe's name.")
@click.option("--version", type=click.IntRange(min=1), help="By default the next one.")
@json_option
@debug_option
def command(
    run: str,
    format_: str,
    saved_models_dir: str,
    name: str | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Export the best model of RUN.

    The export is loaded anew without Keras, and compared with the model.
    """
    from kerasdl.training.recipe import Recipe
    from kerasdl.training.run import Run

    opened = Run(Path(run))
    recipe = Recipe(recipes.load(opened.recipe))

    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    from kerasdl.export import export_saved_model
    from kerasdl.training.run_servable import run_servable

    report = export_saved_model(
        run_servable(opened, recipe),
        Path(saved_models_dir) / (name or recipe.name),
        version=version,
        metadata={"run": run, "recipe": recipe.name, "test": opened.test},
    )
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=2))
        return
    click.echo(f"{report.path}  {report.bytes / 1e6:.1f} MB, {report.seconds:.1f} s")
    click.echo(f"Signatures: {', '.join(report.signatures)}")
    click.echo(
        f"Largest difference from Keras, reloaded without it, batches of "
        f"{' and '.join(map(str, report.batches))}: {report.max_difference:.1e} "
        f"(allowed {report.tolerance:.0e})"
    )
