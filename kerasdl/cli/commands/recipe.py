"""`kerasdl recipe`: list the recipes, or run one."""

import json
from pathlib import Path
from typing import Any

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import config_options, debug_option, json_option
from kerasdl.cli.tensorflow_log import load_tensorflow
from kerasdl.training.recipe import Recipe
from kerasdl.training.resume import open_run
from kerasdl.training.run_folder import read_config
from kerasdl.user_error import UserError


class RecipeCommand(click.Command):
    """Runs one recipe; its options are made from the recipe's `Config`."""

    def __init__(self, name: str) -> None:
        self.module = recipes.load(name)
        self.fields = list(config_options(self.module.Config))
        run_options = _run_options.__click_params__[::-1]  # type: ignore[attr-defined]
        self.run_options = run_options
        super().__init__(
            name,
            callback=self.run,
            params=[*self.fields, *run_options],
            help=self.module.__doc__,
            epilog=(
                f"Examples:  kerasdl recipe {name} --epochs 3 --seed 1   |   "
                f"kerasdl recipe {name} --smoke   |   kerasdl recipe {name} --resume runs/..."
            ),
        )

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The recipe's own docstring, as it is laid out there."""
        formatter.write_paragraph()
        for line in (self.help or "").strip().splitlines():
            formatter.write(f"  {line}\n" if line else "\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The recipe's options first, then those of every recipe, then those of the run."""
        from kerasdl.training.config import RecipeConfig

        shared = set(RecipeConfig.model_fields)
        own = [option for option in self.fields if option.name not in shared]
        common = [option for option in self.fields if option.name in shared]
        rest = [*self.run_options, self.get_help_option(ctx)]
        for title, options in (
            ("This recipe", own),
            ("Training", common),
            ("Run", [option for option in rest if option]),
        ):
            records = [record for option in options if (record := option.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def run(
        self,
        resume: str | None,
        config_file: str | None,
        print_config: bool,
        dry_run: bool,
        smoke: bool,
        runs_dir: str,
        saved_models_dir: str,
        export: bool,
        quiet: bool,
        as_json: bool,
        **values: Any,
    ) -> None:
        """Does what the command line says."""
        recipe = Recipe(self.module)
        given = {name: value for name, value in values.items() if value is not None}
        if resume is not None and config_file is not None:
            raise click.UsageError("--resume brings its own configuration: leave out --config.")
        if smoke and (resume is not None or config_file is not None):
            raise click.UsageError(
                "--smoke brings its own values: leave out --config and --resume."
            )
        if dry_run and (resume is not None or as_json):
            raise click.UsageError("--dry-run goes with neither --resume nor --json.")
        if config_file is not None:
            given = {**_from_file(Path(config_file), recipe), **given}
        # Checked here, before TensorFlow takes its seconds to load.
        if resume is not None:
            _, _, config = open_run(Path(resume), recipe, given)
        else:
            config = recipe.configure(given, smoke=smoke)
        if print_config:
            values = config.model_dump(mode="json")
            click.echo(json.dumps({"recipe": recipe.reference, **values}, indent=2))
            return
        load_tensorflow()
        if dry_run:
            from kerasdl.training.dry_run import dry_run as dry
            from kerasdl.training.progress import RunConsole

            dry(self.module, config, RunConsole(quiet=quiet))
            return
        from kerasdl.training.runner import train

        run = train(
            self.module,
            resume=resume,
            smoke=smoke,
            runs_dir=runs_dir,
            saved_models_dir=saved_models_dir,
            export=export,
            quiet=quiet or as_json,
            **given,
        )
        if as_json:
            click.echo(json.dumps({"run": str(run.path), **run.result}, indent=2))


@click.option("--resume", metavar="RUN", help="Go on with an interrupted run: its folder.")
@click.option("--config", "config_file", metavar="FILE", help="Take options from a config.json.")
@click.option("--print-config", is_flag=True, help="Print the configuration and stop.")
@click.option("--dry-run", is_flag=True, help="Load, build, try one batch; write nothing.")
@click.option("--smoke", is_flag=True, help="The whole path in seconds, on embedded data.")
@click.option("--runs-dir", default="runs", show_default=True, help="Where run folders go.")
@click.option(
    "--saved-models-dir", default="saved_models", show_default=True, help="Where exports go."
)
@click.option("--export/--no-export", default=True, help="Export the best model.  [default: on]")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@json_option
@debug_option
def _run_options() -> None:
    """Carries the options that are about the run, not about its result."""


def _from_file(path: Path, recipe: Recipe) -> dict[str, Any]:
    name, values = read_config(path)
    if name != recipe.reference:
        raise UserError(
            f"'{path}' is for recipe '{name}', not '{recipe.reference}'. "
            f"Use: kerasdl recipe {name} --config {path}"
        )
    try:
        recipe.configure(values)
    except UserError as error:
        raise UserError(f"In '{path}': {error}") from None
    return values


class Recipes(click.Group):
    """A group whose commands are the recipes on disk, or the path of one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of kerasdl's own recipes."""
        return recipes.names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command that runs a recipe."""
        return RecipeCommand(cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The recipes and their first lines, read without importing them."""
        rows = [(name, recipes.facts(name)["summary"]) for name in recipes.names()]
        with formatter.section("Recipes"):
            formatter.write_dl(rows)


@click.group(
    cls=Recipes,
    invoke_without_command=True,
    subcommand_metavar="[NAME|FILE.py [OPTIONS]]",
    epilog="Options of a recipe: kerasdl recipe NAME --help",
)
@json_option
@debug_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the recipes, or run one.

    A run trains, evaluates, pictures, saves and exports.
    """
    if ctx.invoked_subcommand is None:
        found = {name: recipes.facts(name) for name in recipes.names()}
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            _print_list(found)


def _print_list(found: dict[str, dict[str, str]]) -> None:
    from rich.console import Console
    from rich.table import Table

    columns = ("task", "data", "model", "expect")
    table = Table("recipe", *columns, box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name, facts in found.items():
        table.add_row(name, *(facts.get(column, "") for column in columns))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)
    console.print("\nRun one: kerasdl recipe NAME. Its options: kerasdl recipe NAME --help.")
