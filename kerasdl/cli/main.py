"""The `kerasdl` command."""

import importlib
import pkgutil
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches

import click

from kerasdl.cli import commands
from kerasdl.cli.options import debug_option
from kerasdl.user_error import UserError
from kerasdl.version import __version__


class Verbs(click.Group):
    """The commands, found on disk: `commands/NAME.py` holds `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in alphabetical order."""
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"kerasdl.cli.commands.{cmd_name}").command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Names the command that was probably meant, where there is none of that name."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            close = get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"No such command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: kerasdl recipe mnist",
)
@click.version_option(__version__, prog_name="kerasdl")
@debug_option
def kerasdl() -> None:
    """Deep-learning recipes for Keras: train, measure, picture, export."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits.

    A user's mistake is one line on standard error and exit code 2; `--debug`
    shows where it was found.

    Args:
        arguments: the words after `kerasdl`; by default those of this process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    try:
        code = kerasdl.main(args=words, prog_name="kerasdl", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("Aborted.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except UserError as error:
        if debug:
            traceback.print_exc()
        click.echo(f"Error: {error}", err=True)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


def run_script(file: str) -> None:
    """Runs a recipe's file as `kerasdl recipe FILE` with this process's options.

    Args:
        file: the recipe's `__file__`.
    """
    main(["recipe", file, *sys.argv[1:]])
