"""`kerasdl evaluate`: measure the best model of a run again."""

import json
from pathlib import Path
from typing import Any

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option, json_option


@click.command(epilog="Example: kerasdl evaluate runs/mnist/20260101-120000-0")
@click.argument("run")
@click.option("--data-dir", help="Where the prepared data is now, if it has moved.")
@json_option
@debug_option
def command(run: str, data_dir: str | None, as_json: bool) -> None:
    """Evaluate the best model of RUN on the test split."""
    from kerasdl.training.recipe import Recipe
    from kerasdl.training.run_folder import RunFolder

    folder = RunFolder.open(Path(run))
    name, values = folder.read_config()
    recipe = Recipe(recipes.load(name))
    moved: dict[str, Any] = {} if data_dir is None else {"data_dir": data_dir}
    config = recipe.configure({**values, **moved})

    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    from kerasdl.training.measure import measure
    from kerasdl.training.preparation import prepared
    from kerasdl.training.progress import RunConsole, format_logs
    from kerasdl.training.resume import check_same_data
    from kerasdl.training.run import load_best

    with prepared(config, RunConsole(quiet=True)) as (config, _):
        data = recipe.module.load_data(config)
        check_same_data(folder, data.info)
        model = load_best(folder)
        test = measure(recipe, config, model, data)
    if as_json:
        click.echo(json.dumps({"run": run, "data": data.info.to_json(), "test": test}, indent=2))
    else:
        click.echo(f"Data: {data.info.reason}")
        click.echo(f"Test: {format_logs(test)}")
