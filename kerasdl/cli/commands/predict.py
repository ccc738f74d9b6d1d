"""`kerasdl predict`: what a trained model says about new inputs."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option, json_option

if TYPE_CHECKING:
    from kerasdl.export import Predictor


@click.command(
    epilog="Examples:  kerasdl predict runs/mnist/20260101-120000-0 digit.png   |   "
    "kerasdl predict saved_models/mnist images.npy --json"
)
@click.argument("run")
@click.argument("inputs", nargs=-1, required=True)
@json_option
@debug_option
def command(run: str, inputs: tuple[str, ...], as_json: bool) -> None:
    """Predict INPUTS with RUN.

    RUN is the folder of a run or of an exported SavedModel. INPUTS are image
    files (PNG, JPEG, ...) or .npy files with one image or many.
    """
    predictor = _open(Path(run))
    from kerasdl.export import read_images

    rows = []
    for path in inputs:
        read = read_images(path, predictor.image_shape)
        for note in read.notes:
            click.echo(f"Note: {note}", err=True)
        predictions = predictor.predict(read.images)
        rows += [
            {
                "input": name,
                "label": prediction.label,
                "probability": round(prediction.probability, 6),
                "probabilities": dict(
                    zip(predictor.labels, map(_rounded, prediction.probabilities), strict=True)
                ),
            }
            for name, prediction in zip(read.names, predictions, strict=True)
        ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(str(row["input"])) for row in rows)
    labels = max(len(str(row["label"])) for row in rows)
    for row in rows:
        click.echo(f"{row['input']:<{width}}  {row['label']:<{labels}}  {row['probability']:.4f}")


def _rounded(probability: float) -> float:
    return round(probability, 6)


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
        from kerasdl.export import Predictor
        from kerasdl.training.run_servable import run_servable

        return Predictor.from_servable(run_servable(run, recipe))
    if not path.is_dir():
        raise UserError(
            f"'{path}' is no folder. Expected a run (runs/mnist/...) "
            "or an exported model (saved_models/mnist)."
        )
    load_tensorflow()
    from kerasdl.export import Predictor

    return Predictor.from_saved_model(path)
