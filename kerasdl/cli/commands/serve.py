"""`kerasdl serve`: exported models over HTTP."""

import gc
import logging
import sys
from typing import TYPE_CHECKING, Any

import click

from kerasdl.cli.options import FiniteRange, debug_option
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    from kerasdl.serving import BatchingOptions


@click.command(
    epilog="Examples:  kerasdl serve   |   kerasdl serve saved_models/mnist --port 9000   |   "
    "kerasdl serve saved_models --host 0.0.0.0"
)
@click.argument("path", required=False)
@click.option(
    "--model-config-file",
    metavar="FILE",
    help="Serve the models that TensorFlow Serving's configuration file names.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for other machines.")
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option(
    "--grpc-port", type=click.IntRange(0, 65535), help="Serve gRPC as well.  [default: off]"
)
@click.option("--batching/--no-batching", default=True, help="Gather requests.  [default: on]")
@click.option(
    "--max-batch-size", type=click.IntRange(min=1), help="Examples in a batch.  [default: 64]"
)
@click.option(
    "--batch-timeout-micros",
    type=click.IntRange(min=0),
    help="Longest wait for others, while the model is at work.  [default: 1000]",
)
@click.option(
    "--max-enqueued-batches",
    type=click.IntRange(min=1),
    help="More than so many waiting batches: 503.  [default: 64]",
)
@click.option(
    "--num-batch-threads", type=click.IntRange(min=1), help="Batches at a time.  [default: 2]"
)
@click.option(
    "--allowed-batch-sizes", metavar="N,...", help="Fill batches up to one of these sizes."
)
@click.option(
    "--batching-parameters-file",
    metavar="FILE",
    help="These limits, from TensorFlow Serving's file.",
)
@click.option(
    "--max-request-megabytes",
    type=FiniteRange(min=0, min_open=True),
    default=100,
    show_default=True,
    help="Larger requests: 413.",
)
@click.option(
    "--timeout-seconds",
    type=FiniteRange(min=0, min_open=True),
    default=30,
    show_default=True,
    help="Longer requests: 504.",
)
@click.option(
    "--poll-seconds",
    type=FiniteRange(min=0),
    default=1,
    show_default=True,
    help="Time between two looks for new versions; 0 for none.",
)
@click.option(
    "--num-versions",
    type=click.IntRange(min=1),
    help="So many of a model's highest versions are served.  [default: 1]",
)
@click.option("--label", "labels", multiple=True, metavar="MODEL:LABEL=VERSION", help="Repeatable.")
@click.option("--cors/--no-cors", default=False, help="Let other origins ask.  [default: off]")
@debug_option
def command(
    path: str | None,
    model_config_file: str | None,
    host: str,
    port: int,
    grpc_port: int | None,
    batching: bool,
    max_batch_size: int | None,
    batch_timeout_micros: int | None,
    max_enqueued_batches: int | None,
    num_batch_threads: int | None,
    allowed_batch_sizes: str | None,
    batching_parameters_file: str | None,
    max_request_megabytes: float,
    timeout_seconds: float,
    poll_seconds: float,
    num_versions: int | None,
    labels: tuple[str, ...],
    cors: bool,
) -> None:
    """Serve the exported models in PATH.

    PATH is a folder of models (by default saved_models), a model's folder, or one version
    of it. The protocol is the REST protocol of TensorFlow Serving. New versions are picked
    up while it runs.
    """
    from kerasdl.serving import ModelRegistry, ServingApp, serve
    from kerasdl.serving.model_config import read_model_config
    from kerasdl.serving.usage import usage_lines

    if model_config_file is not None:
        _refuse_both({"PATH": path, "num_versions": num_versions}, "--model-config-file")
    limits = {
        "max_batch_size": max_batch_size,
        "batch_timeout_micros": batch_timeout_micros,
        "max_enqueued_batches": max_enqueued_batches,
        "num_batch_threads": num_batch_threads,
        "allowed_batch_sizes": _sizes(allowed_batch_sizes),
    }
    options = _batching(batching, batching_parameters_file, limits)
    source = read_model_config(model_config_file) if model_config_file else path or "saved_models"
    registry = ModelRegistry(
        source,
        poll_seconds=poll_seconds,
        num_versions=num_versions or 1,
        labels=_labels(labels),
    )

    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    # What is imported stays. To look through all of it, as a full collection of garbage does,
    # takes a fifth of a second in which nobody is answered.
    gc.freeze()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    level = logging.DEBUG if "--debug" in sys.argv else logging.INFO
    logging.getLogger("kerasdl.serving").setLevel(level)
    app = ServingApp(
        registry,
        batching=options,
        max_request_bytes=int(max_request_megabytes * 2**20),
        timeout_seconds=timeout_seconds,
        cors=cors,
    )
    serve(
        app,
        host=host,
        port=port,
        grpc_port=grpc_port,
        on_start=lambda rest, grpc: click.echo("\n".join(usage_lines(registry, host, rest, grpc))),
    )
    click.echo("Stopped.")


def _batching(batching: bool, file: str | None, limits: dict[str, Any]) -> "BatchingOptions | None":
    from kerasdl.serving.batching_options import BatchingOptions, read_batching_parameters

    given = {name: limit for name, limit in limits.items() if limit is not None}
    if not batching:
        _refuse_both({**given, "batching_parameters_file": file}, "--no-batching")
        return None
    if file is None:
        return BatchingOptions(**given)
    _refuse_both(given, "--batching-parameters-file")
    return read_batching_parameters(file)


def _refuse_both(options: dict[str, Any], other: str) -> None:
    for name, value in options.items():
        if value is not None:
            option = name if name.isupper() else f"--{name.replace('_', '-')}"
            raise UserError(f"Give {option} or {other}, not both.")


def _sizes(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    words = text.split(",")
    if not all(word.strip().isdecimal() for word in words):
        raise UserError(f"--allowed-batch-sizes takes numbers such as 1,8,64. Received: {text!r}.")
    return tuple(map(int, words))


def _labels(words: tuple[str, ...]) -> dict[str, dict[str, int]]:
    labels: dict[str, dict[str, int]] = {}
    for word in words:
        model, _, rest = word.partition(":")
        label, _, version = rest.partition("=")
        if not (model and label and version.isdecimal()):
            raise UserError(f"--label takes MODEL:LABEL=VERSION. Received: {word!r}.")
        labels.setdefault(model, {})[label] = int(version)
    return labels
