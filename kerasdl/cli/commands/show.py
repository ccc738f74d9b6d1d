"""`kerasdl show`: read a recipe."""

import sys

import click

from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option


@click.command(epilog="Example: kerasdl show mnist")
@click.argument("name")
@debug_option
def command(name: str) -> None:
    """Print the source of a recipe."""
    source = recipes.source_of(name)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.syntax import Syntax

        Console().print(Syntax(source, "python", theme="ansi_dark", background_color="default"))
    else:
        click.echo(source, nl=False)
