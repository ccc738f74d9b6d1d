"""`kerasdl copy`: own a recipe."""

import shlex
from pathlib import Path

import click

from kerasdl import files
from kerasdl.cli import recipes
from kerasdl.cli.options import debug_option
from kerasdl.user_error import UserError


@click.command(epilog="Example: kerasdl copy mnist my_mnist.py && python my_mnist.py --epochs 3")
@click.argument("name")
@click.argument("dest")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@debug_option
def command(name: str, dest: str, force: bool) -> None:
    """Copy a recipe to DEST, to own it.

    DEST is a file or a folder; the copy runs by itself.
    """
    target = Path(dest)
    if target.is_dir() or dest.endswith("/"):
        target = target / recipes.file_of(name).name
    if target.suffix != ".py":
        raise UserError(f"DEST '{dest}' is neither a folder nor a .py file.")
    if target.exists() and not force:
        raise UserError(f"'{target}' is already there. Choose another name, or --force.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files.write_text(target, recipes.source_of(name))
    except OSError as error:
        raise UserError(f"Cannot write '{target}': {error.strerror}.") from None
    quoted = shlex.quote(str(target))
    click.echo(f"{target}\nRun it: python {quoted}   or: kerasdl recipe {quoted}")
