"""`kerasdl predict`: what a trained model says about new inputs."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option, json_option

if TYPE_CHECKING:
    from kerasdl.prediction import Predictor


_NEGATIVE = re.compile(r"-\.?\d")


class NumbersAreInputs(click.Command):
    """A command whose arguments may be negative numbers, which click takes for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Puts a space, which a number may have, before them."""
        return super().parse_args(ctx, [f" {a}" if _NEGATIVE.match(a) else a for a in args])


@click.command(
    cls=NumbersAreInputs,
    epilog="Examples:  kerasdl predict runs/mnist/20260101-120000-0 digit.png   |   "
    "kerasdl predict saved_models/mnist images.npy --json   |   "
    "kerasdl predict saved_models/circles 0.3,-0.5",
)
@click.argument("run")
@click.argument("inputs", nargs=-1)
@click.option("--prompt", help="Language models: the text to go on from.")
@click.option("--length", type=int, help="Language models: tokens to write.  [default: 200]")
@click.option(
    "--temperature",
    type=float,
    help="Language models: below 1 for likelier tokens, 0 for the likeliest.  [default: 0.8]",
)
@click.option("--top-k", type=int, help="Language models: choose among the k likeliest tokens.")
@click.option(
    "--top-p", type=float, help="Language models: choose among the likeliest, so probable together."
)
@click.option("--seed", type=int, help="Models that draw at random: which draw.  [default: 0]")
@click.option("--output", help="Autoencoders: folder for the images that they make.")
@click.option(
    "--samples", type=click.IntRange(1), help="Variational autoencoders: so many new images."
)
@json_option
@debug_option
def command(run: str, inputs: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Predict INPUTS with RUN.

    RUN is the folder of a run or of an exported SavedModel. INPUTS are what the
    model takes: for an image classifier image files (PNG, JPEG, ...) or .npy files
    with one image or many, for a language model text files with beginnings, for a
    classifier of numbers "0.3,0.5" or CSV files, for a model of sequences CSV files with
    a row for each step, for a classifier of texts the texts themselves or files with
    one each.
    """
    if not inputs and given.get("prompt") is None and given.get("samples") is None:
        raise click.UsageError("Missing argument 'INPUTS...': what is to be predicted.")
    options = {name: value for name, value in given.items() if value is not None}
    predictor = _open(Path(run))
    predictor.check_options(options)
    rows = predictor.rows(inputs, **options)
    for note in dict.fromkeys(note for row in rows for note in row.pop("notes", ())):
        click.echo(f"Note: {note}", err=True)
    click.echo(json.dumps(rows, indent=2) if as_json else predictor.text(rows))


def _open(path: Path) -> "Predictor":
    """A run's best model, or an exported one."""
    from kerasdl.cli.tensorflow_log import load_tensorflow
    from kerasdl.user_error import UserError

    if (path / "config.json").is_file():
        from kerasdl.training.recipe import Recipe
        from kerasdl.training.run import Run

        run = Run(path)
        recipe = Recipe(recipes.load(run.recipe))
        load_tensorflow()
        from kerasdl.exporting import ServedModel
        from kerasdl.training.run_servable import run_servable

        model = ServedModel.from_servable(run_servable(run, recipe))
    else:
        if not path.is_dir():
            raise UserError(
                f"'{path}' is no folder. Expected a run (runs/mnist/...) "
                "or an exported model (saved_models/mnist)."
            )
        load_tensorflow()
        from kerasdl.exporting import ServedModel

        model = ServedModel.from_saved_model(path)
    from kerasdl.prediction import predictor_for

    return predictor_for(model)
