"""Writes a `Servable` as a TensorFlow SavedModel, and proves that it is the same model."""

import contextlib
import errno
import functools
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerasdl import files
from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.export_report import ExportReport
from kerasdl.exporting.extra_files import check_metadata, write_extra_files
from kerasdl.exporting.reload import milliseconds
from kerasdl.exporting.saved_model_archive import require_tensorflow_backend, write_saved_model
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.served_model import ServedModel
from kerasdl.exporting.task_sample import TaskSample
from kerasdl.exporting.verify import TOLERANCES, ask_keras, least_precise_dtype, verify
from kerasdl.exporting.versions import list_versions, next_version

REPORT_FILE = "export_report.json"


def export_saved_model(
    servable: Servable,
    folder: str | Path,
    *,
    version: int | None = None,
    tolerance: float | None = None,
    metadata: dict[str, Any] | None = None,
    task: TaskSample | None = None,
) -> ExportReport:
    """Writes a SavedModel that a server can run, checked against the Keras model.

    It is written beside its destination, read back in a fresh process that has
    neither Keras nor kerasdl, compared with Keras on batches of 1 and 3
    and, where the length of sequences is free, on a shorter one, and only then renamed
    to `folder/version`. Whatever fails before leaves nothing behind.

    Beside the model, `assets.extra` holds `labels.txt`, `signature.json` and for each
    signature a request to try, `sample_request*.json`; `export_report.json` is the
    returned report.

    Args:
        servable: What to export.
        folder: The model's folder, for example `saved_models/mnist`.
        version: The number of the version; by default one more than the highest.
        tolerance: The largest difference from Keras; by default 1e-4, and more
            for a model that computes in 16 bits (`TOLERANCES`).
        metadata: JSON types, kept in `signature.json`.
        task: Examples of the test set, to be measured on.

    Returns:
        The report.

    Raises:
        ExportError: If the model cannot be traced, written, read back, or differs.
        ValueError: If an argument is not as described.

    Example:

    ```python
    servable = kerasdl.exporting.image_classifier(model, class_names, images[:3])
    report = kerasdl.exporting.export_saved_model(servable, "saved_models/mnist")
    ```
    """
    started = time.perf_counter()
    folder = Path(folder)
    _check_version(version)
    compute_dtype = least_precise_dtype(servable)
    tolerance = TOLERANCES[compute_dtype] if tolerance is None else tolerance
    check_metadata(metadata)
    require_tensorflow_backend()
    references = ask_keras(servable)
    with _staging(folder, version) as staging:
        signatures = write_saved_model(servable, staging)
        write_extra_files(servable, signatures, metadata or {}, staging)
        size = sum(file.stat().st_size for file in staging.rglob("*") if file.is_file())
        reload_started = time.perf_counter()
        verified = verify(servable, staging, references, tolerance, task)
        reload_seconds = time.perf_counter() - reload_started
        keras_call = functools.partial(ServedModel.from_servable(servable).ask, "serving_default")
        one = {name: values[:1] for name, values in servable.sample.items()}
        keras_milliseconds = milliseconds(lambda: keras_call(one))
        metrics = {} if task is None else task.score(verified.task_outputs)
        keras_metrics = {} if task is None else task.score(keras_call(task.inputs))
        while True:
            number = next_version(folder) if version is None else version
            report = ExportReport(
                path=folder / str(number),
                version=number,
                kind=servable.kind,
                compute_dtype=compute_dtype,
                tolerance=tolerance,
                differences=verified.differences,
                signatures=tuple(servable.signatures),
                bytes=size,
                seconds=time.perf_counter() - started,
                reload_seconds=reload_seconds,
                reload_modules=verified.modules,
                milliseconds=verified.milliseconds,
                keras_milliseconds=keras_milliseconds,
                metrics=metrics,
                keras_metrics=keras_metrics,
            )
            files.write_json(staging / REPORT_FILE, report.to_json())
            try:
                staging.rename(report.path)
            except OSError as error:
                if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                    raise
                if version is not None:
                    raise ExportError(_exists(report.path)) from error
                continue  # another export has just taken the number
            return report


def _check_version(version: int | None) -> None:
    if version is not None and (type(version) is not int or version < 1):
        raise ValueError(f"Received version {version!r}. Expected a whole number from 1.")


def _exists(path: Path) -> str:
    return f"{path} exists; leave out --version or delete it"


@contextlib.contextmanager
def _staging(folder: Path, version: int | None) -> Iterator[Path]:
    """A folder beside the versions, under a name that no server takes for one."""
    import tensorflow as tf

    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    staging = folder / f".exporting-{uuid.uuid4().hex}"
    try:
        existing = list_versions(folder)
        if version in existing:
            raise ExportError(_exists(existing[version]))
        # Not tempfile: its folders are closed to other users, a server among them.
        staging.mkdir(parents=True)
        yield staging
    except (OSError, tf.errors.OpError) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise ExportError(f"cannot write the export to {folder}: {reason}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        for path in missing:
            with contextlib.suppress(OSError):  # not empty: the export is in it
                path.rmdir()
