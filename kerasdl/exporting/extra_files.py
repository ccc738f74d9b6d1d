"""The files beside a SavedModel that tell people and programs how to use it."""

import importlib.metadata
import json
from pathlib import Path
from typing import Any

from kerasdl import files
from kerasdl.exporting.rest_request import rest_request
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.warmup import WARMUP_FILE, write_warmup_requests
from kerasdl.version import __version__

# Where TensorFlow Serving lets other files be.
EXTRA_FOLDER = "assets.extra"


def check_metadata(metadata: dict[str, Any] | None) -> None:
    """Raises ValueError if `metadata` is not made of JSON types."""
    try:
        json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Received metadata that is not JSON: {error}") from error


def write_extra_files(
    servable: Servable, signatures: dict[str, Any], metadata: dict[str, Any], folder: Path
) -> None:
    """Writes `signature.json`, labels, the servable's own files and sample requests.

    Args:
        servable: What was exported.
        signatures: What `write_saved_model` returned.
        metadata: Kept in `signature.json`.
        folder: The SavedModel; the files go to `assets.extra` in it.
    """
    extra = folder / EXTRA_FOLDER
    extra.mkdir()
    if servable.labels:
        files.write_text(extra / "labels.txt", "".join(f"{label}\n" for label in servable.labels))
    for name, text in servable.files.items():
        files.write_text(extra / name, text)
    description = {
        "kind": servable.kind,
        "labels": list(servable.labels),
        "details": dict(servable.details),
        "files": list(servable.files),
        "signatures": signatures,
        "versions": {
            "kerasdl": __version__,
            "keras": importlib.metadata.version("keras"),
            "tensorflow": importlib.metadata.version("tensorflow"),
        },
        "metadata": metadata,
    }
    files.write_json(extra / "signature.json", description)
    one = {name: values[:1] for name, values in servable.sample.items()}
    requests = {name: signature.request(one) for name, signature in servable.signatures.items()}
    for name, inputs in requests.items():
        suffix = "" if name == "serving_default" else "_" + name.removeprefix("serve_")
        # On one line: an image would fill a thousand.
        text = json.dumps(rest_request(name, inputs)) + "\n"
        files.write_text(extra / f"sample_request{suffix}.json", text)
    write_warmup_requests(extra / WARMUP_FILE, requests.items())
