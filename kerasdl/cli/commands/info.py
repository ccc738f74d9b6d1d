"""`kerasdl info`: what is installed, and on what."""

import json
import os

import click

from kerasdl.cli.options import debug_option, json_option


@click.command()
@json_option
@debug_option
def command(as_json: bool) -> None:
    """Print versions, devices and folders, for bug reports."""
    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    import keras
    import tensorflow as tf

    from kerasdl.training.environment import processor, versions

    found = {
        **versions(),
        "keras backend": keras.backend.backend(),
        "processor": processor(),
        "devices": ", ".join(device.name for device in tf.config.list_physical_devices()),
        "TFDS_DATA_DIR": os.environ.get("TFDS_DATA_DIR", "not set"),
    }
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for name, value in found.items():
            click.echo(f"{name:<20} {value}")
