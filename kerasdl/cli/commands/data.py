"""`kerasdl data`: the data sets, where they are, what is in them."""

import json
from collections.abc import Iterator
from typing import Any

import click

from kerasdl.cli.options import debug_option, json_option

data_dir_option = click.option(
    "--data-dir", help="Folder of prepared sets, before TFDS_DATA_DIR and ~/tensorflow_datasets."
)


@click.group()
@debug_option
def command() -> None:
    """List the data sets, look into one, or prepare one."""


@command.command("list")
@data_dir_option
@json_option
@debug_option
def list_(data_dir: str | None, as_json: bool) -> None:
    """List the data sets that kerasdl knows, and where they are."""
    from kerasdl.data import catalogue

    rows = [(entry, catalogue.status(entry.name, data_dir)) for entry in catalogue.entries()]
    if as_json:
        found = [{**entry.to_json(), "status": status.to_json()} for entry, status in rows]
        click.echo(json.dumps(found, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(
        "name", "task", "examples", "image", "where", box=None, padding=(0, 2, 0, 0),
        header_style="bold",
    )  # fmt: skip
    for entry, status in rows:
        table.add_row(
            entry.name,
            entry.task,
            f"{sum(entry.examples.values()):,}",
            "x".join(map(str, entry.image_shape or ())),
            status.location or f"not prepared: kerasdl data prepare {entry.name}",
        )
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(table)
    console.print("\nAny other image classification set of tensorflow-datasets goes as well.")


@command.command()
@click.argument("name")
@data_dir_option
@json_option
@debug_option
def show(name: str, data_dir: str | None, as_json: bool) -> None:
    """Count what is in the data set NAME, or in a file or folder of your own."""
    from kerasdl.data import catalogue

    catalogue.check_name(name, data_dir, catalogue.tasks())
    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    found = catalogue.describe(name, data_dir)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    splits: dict[str, Any] = found.pop("splits", {})
    status = found.pop("status")
    for key, value in found.items():
        if value in (None, ""):
            continue
        click.echo(f"{key:<14} {_words(value)}")
    click.echo(f"{'where':<14} {status['location'] or 'not prepared'}")
    for split, counts in splits.items():
        for line in _lines(counts):
            click.echo(f"{split:<14} {line}")
            split = ""


def _lines(counts: dict[str, Any]) -> Iterator[str]:
    """What there is to say of a split."""
    values = ", values {minimum} to {maximum}, mean {mean}" if "mean" in counts else ""
    yield f"{counts['examples']:,} examples" + values.format(**counts)
    if "per_class" in counts:
        yield _words(counts["per_class"])


def _words(value: Any) -> str:
    """Any value of a description, as people read it."""
    if isinstance(value, dict):
        return "  ".join(f"{name} {count}" for name, count in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:,}" if type(value) is int else str(value)


@command.command()
@click.argument("name")
@data_dir_option
@debug_option
def prepare(name: str, data_dir: str | None) -> None:
    """Download the data set NAME and prepare it for use."""
    from kerasdl.data import catalogue

    catalogue.check_name(name, data_dir, catalogue.tasks())
    status = catalogue.status(name, data_dir)
    if status.prepared:
        click.echo(f"{name} is ready: {status.location}")
        return
    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    click.echo(f"{name} is ready: {catalogue.prepare(name, data_dir)}")
