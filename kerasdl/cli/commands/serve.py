"""`kerasdl serve`: exported models over HTTP."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kerasdl.cli.options import debug_option
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    from kerasdl.serving import ModelRegistry


@click.command(
    epilog="Examples:  kerasdl serve   |   kerasdl serve saved_models/mnist --port 9000   |   "
    "kerasdl serve saved_models --host 0.0.0.0"
)
@click.argument("path", default="saved_models")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 for other machines.")
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option(
    "--grpc-port", type=click.IntRange(0, 65535), help="Serve gRPC as well.  [default: off]"
)
@click.option("--batching/--no-batching", default=True, help="Gather requests.  [default: on]")
@click.option("--max-batch-size", type=click.IntRange(min=1), default=64, show_default=True)
@click.option(
    "--batch-timeout-micros", type=click.IntRange(min=0), default=1000, show_default=True,
    help="Longest wait for others, while the model is at work.",
)  # fmt: skip
@click.option(
    "--max-enqueued-batches", type=click.IntRange(min=1), default=64, show_default=True,
    help="More than so many waiting batches: 503.",
)  # fmt: skip
@click.option("--num-batch-threads", type=click.IntRange(min=1), default=2, show_default=True)
@click.option(
    "--allowed-batch-sizes", metavar="N,...", help="Fill batches up to one of these sizes."
)
@click.option(
    "--max-request-megabytes", type=click.FloatRange(min=0, min_open=True), default=100,
    show_default=True, help="Larger requests: 413.",
)  # fmt: skip
@click.option(
    "--timeout-seconds", type=click.FloatRange(min=0, min_open=True), default=30,
    show_default=True, help="Longer requests: 504.",
)  # fmt: skip
@click.option(
    "--poll-seconds", type=click.FloatRange(min=0), default=1, show_default=True,
    help="Time between two looks for new versions; 0 for none.",
)  # fmt: skip
@click.option(
    "--num-versions", type=click.IntRange(min=1), default=1, show_default=True,
    help="So many of a model's highest versions are served.",
)  # fmt: skip
@click.option("--label", "labels", multiple=True, metavar="MODEL:LABEL=VERSION", help="Repeatable.")
@click.option("--cors/--no-cors", default=False, help="Let other origins ask.  [default: off]")
@debug_option
def command(
    path: str,
    host: str,
    port: int,
    grpc_port: int | None,
    batching: bool,
    max_batch_size: int,
    batch_timeout_micros: int,
    max_enqueued_batches: int,
    num_batch_threads: int,
    allowed_batch_sizes: str | None,
    max_request_megabytes: float,
    timeout_seconds: float,
    poll_seconds: float,
    num_versions: int,
    labels: tuple[str, ...],
    cors: bool,
) -> None:
    """Serve the exported models in PATH.

    PATH is a folder of models, a model's folder, or one version of it. The protocol is
    the REST protocol of TensorFlow Serving. New versions are picked up while it runs.
    """
    from kerasdl.serving import BatchingOptions, ModelRegistry, ServingApp, serve

    options = None
    if batching:
        options = BatchingOptions(
            max_batch_size,
            batch_timeout_micros,
            max_enqueued_batches,
            num_batch_threads,
            _sizes(allowed_batch_sizes),
        )
    registry = ModelRegistry(
        path, poll_seconds=poll_seconds, num_versions=num_versions, labels=_labels(labels)
    )

    from kerasdl.cli.tensorflow_log import load_tensorflow

    load_tensorflow()
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("kerasdl.serving").setLevel(logging.INFO)
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
        on_start=lambda rest, grpc: _print_usage(registry, host, rest, grpc),
    )
    click.echo("Stopped.")


def _sizes(text: str | None) -> tuple[int, ...]:
    words = text.split(",") if text else []
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


def _print_usage(registry: "ModelRegistry", host: str, port: int, grpc_port: int | None) -> None:
    """Each signature with a line that can be pasted, and the same folder in a container."""
    name_of_host = "localhost" if host in ("0.0.0.0", "::") else host  # noqa: S104
    url = f"http://{name_of_host}:{port}"
    for name, folder in sorted(registry.models.items()):
        version = folder.highest()
        if version is None:
            click.echo(f"{name}: no version can be served")
            continue
        model = folder.get(version)
        click.echo(f"{name} version {version}")
        for signature, info in sorted(model.signatures.items()):
            inputs = ", ".join(f"{key} {_describe(tensor)}" for key, tensor in info.inputs.items())
            click.echo(f"  {signature}: {inputs} -> {', '.join(info.outputs)}")
            request = _sample_request(model.path, signature)
            if request is not None:
                click.echo(f"    curl {url}/v1/models/{name}:predict -d @{request}")
        if registry.path.name != str(version):
            click.echo(
                f"  docker run -p 8501:8501 -v {folder.path.resolve()}:/models/{name} "
                f"-e MODEL_NAME={name} tensorflow/serving"
            )
    if grpc_port is not None:
        click.echo(f"gRPC at {name_of_host}:{grpc_port}")
    click.echo(f"Serving at {url} (Ctrl-C stops): {url}/models, {url}/healthz", nl=True)


def _describe(tensor: object) -> str:
    dtype = tensor.dtype.removeprefix("DT_").lower()  # type: ignore[attr-defined]
    shape = tensor.shape  # type: ignore[attr-defined]
    sizes = "?" if shape is None else ",".join("n" if s is None else str(s) for s in shape)
    return f"{dtype}[{sizes}]"


def _sample_request(path: Path, signature: str) -> Path | None:
    """The sample request that the export wrote for a signature."""
    for file in sorted((path / "assets.extra").glob("sample_request*.json")):
        if json.loads(file.read_text(encoding="utf-8")).get("signature_name") == signature:
            return file
    return None
