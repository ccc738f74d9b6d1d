"""The folder of an export: whole or not there, and what lies in it beside the model."""

import contextlib
import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerasdl import files
from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.formats.export_format import ExportFormat
from kerasdl.exporting.numeric_core import NumericCore
from kerasdl.exporting.servable import Servable
from kerasdl.version import __version__

REPORT_FILE = "export_report.json"


def describe(
    servable: Servable,
    core: NumericCore,
    export_format: ExportFormat,
    metadata: dict[str, Any],
    folder: Path,
) -> None:
    """Writes what people and programs want to know beside the model."""
    if servable.labels:
        files.write_text(folder / "labels.txt", "".join(f"{label}\n" for label in servable.labels))
    for name, text in servable.files.items():
        files.write_text(folder / name, text)
    description = {
        "kind": servable.kind,
        "format": export_format.name,
        "file": export_format.file,
        "signature": core.signature,
        "inputs": {
            name: {"dtype": spec.dtype.name, "shape": spec.shape.as_list()}
            for name, spec in core.inputs.items()
        },
        "outputs": {
            name: {"dtype": spec.dtype.name, "shape": spec.shape.as_list()}
            for name, spec in core.function.get_concrete_function().structured_outputs.items()
        },
        "labels": list(servable.labels),
        "details": dict(servable.details),
        "files": list(servable.files),
        "kerasdl": __version__,
        "metadata": metadata,
    }
    files.write_json(folder / "signature.json", description)


@contextlib.contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """A folder beside the destination, which is gone in the end."""
    missing = [path for path in folder.parents if not path.exists()]
    new = folder.parent / f".exporting-{uuid.uuid4().hex}"
    if folder.exists() and not _is_export(folder):
        raise ExportError(f"{folder} exists and is no export of kerasdl: choose another place")
    try:
        new.mkdir(parents=True)
        yield new
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"cannot write the export to {folder}: {reason}") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
        for path in missing:
            with contextlib.suppress(OSError):  # not empty: the export is in it
                path.rmdir()


def _is_export(folder: Path) -> bool:
    try:
        return "format" in json.loads((folder / REPORT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return folder.is_dir() and not any(folder.iterdir())


def replace(folder: Path, new: Path) -> None:
    """Puts a finished export in its place, in that of an older one if there is one."""
    old = folder.parent / f".replaced-{uuid.uuid4().hex}"
    if folder.exists():
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
