"""Writes a `Servable` in a format of its own runtime, and proves that it is the same model."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kerasdl import files
from kerasdl.exporting.artifact_folder import REPORT_FILE, describe, replace, staging
from kerasdl.exporting.artifact_report import ArtifactReport
from kerasdl.exporting.compare import comparison_cases, differences, scale
from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.extra_files import check_metadata
from kerasdl.exporting.formats.export_format import ExportFormat
from kerasdl.exporting.numeric_core import NumericCore
from kerasdl.exporting.reload import milliseconds
from kerasdl.exporting.saved_model_archive import require_tensorflow_backend
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays
from kerasdl.exporting.task_sample import TaskSample
from kerasdl.exporting.verify import TOLERANCES, least_precise_dtype

# How much of a metric quantizing may cost.
METRIC_TOLERANCE = 0.05


def export_artifact(
    servable: Servable,
    folder: str | Path,
    export_format: ExportFormat,
    *,
    tolerance: float | None = None,
    metadata: dict[str, Any] | None = None,
    task: TaskSample | None = None,
) -> ArtifactReport:
    """Writes a model in one format, checked against the Keras model by its own runtime.

    It is written beside its destination, read back, compared with Keras on batches of 1
    and 3 and, where the length of sequences is free, on a shorter one, and only then
    renamed. Whatever fails before leaves nothing behind, and an older export as it was.

    A model in 8 bits gives other numbers by design. Where there are examples of its task it
    is judged by them: no metric may be off by more than a twentieth.

    Beside the model lie `signature.json`, `labels.txt` and the servable's own files;
    `export_report.json` is the returned report.

    Args:
        servable: What to export.
        folder: The export's folder. An export that is there already is replaced.
        export_format: One of `kerasdl.exporting.formats`.
        tolerance: The largest difference from Keras, times the largest number that Keras
            answers with where that is above 1. By default what `verify.TOLERANCES` says
            for SavedModels, or the format for quantized weights.
        metadata: JSON types, kept in `signature.json`.
        task: Examples of the test set, to be measured on.

    Returns:
        The report.

    Raises:
        ExportError: If the model cannot be written, read back, or differs.
        UserError: If a package is missing.
        ValueError: If an argument is not as described.
    """
    started = time.perf_counter()
    folder = Path(folder)
    check_metadata(metadata)
    require_tensorflow_backend()
    runtime = export_format.require()
    compute_dtype = least_precise_dtype(servable)
    if compute_dtype != "float32" and not export_format.any_precision:
        raise ExportError(
            f"this model computes in {compute_dtype}, which {export_format.name} does not: "
            "train it with --precision float32, or export it as saved_model or keras"
        )
    core = export_format.core(servable)
    task = task if task is not None and task.inputs.keys() == core.inputs.keys() else None
    by_metric = task is not None and tolerance is None and export_format.quantize is not None
    if tolerance is None:
        tolerance = export_format.tolerance or TOLERANCES[compute_dtype]
    cases = comparison_cases(core.sample, core.inputs)
    expected = {case: core.reference(inputs) for case, inputs in cases.items()}
    with staging(folder) as new:
        file = new / export_format.file
        notes = export_format.write(servable, core, file)
        size = sum(f.stat().st_size for f in new.iterdir())
        call, keras_call = _load(export_format, file), _keras_call(core)
        largest = scale(expected["batch of 3"])
        allowed = float("inf") if by_metric else tolerance * largest
        found = {
            case: differences(_answer(call, inputs, case), expected[case], case, allowed)
            for case, inputs in cases.items()
        }
        metrics = {} if task is None else task.score(_answer(call, task.inputs, "sample"))
        keras_metrics = {} if task is None else task.score(keras_call(task.inputs))
        if by_metric:
            _require_metrics(metrics, keras_metrics)
        one = cases["batch of 1"]
        report = ArtifactReport(
            path=folder,
            file=export_format.file,
            format=export_format.name,
            quantize=export_format.quantize,
            kind=servable.kind,
            signature=core.signature,
            runtime=runtime,
            tolerance=None if by_metric else tolerance,
            differences=found,
            scale=largest,
            bytes=size,
            milliseconds=milliseconds(lambda: call(one)),
            keras_milliseconds=milliseconds(lambda: keras_call(one)),
            metrics=metrics,
            keras_metrics=keras_metrics,
            notes=notes,
            seconds=time.perf_counter() - started,
        )
        describe(servable, core, export_format, metadata or {}, new)
        files.write_json(new / REPORT_FILE, report.to_json())
        replace(folder, new)
    return report


def _load(export_format: ExportFormat, file: Path) -> Callable[[Arrays], Arrays]:
    try:
        return export_format.load(file)
    except Exception as error:
        raise ExportError(
            f"the exported {file.name} cannot be read back: {_first_line(error)}; "
            "export the model as saved_model"
        ) from error


def _answer(call: Callable[[Arrays], Arrays], inputs: Arrays, case: str) -> Arrays:
    try:
        return call(inputs)
    except Exception as error:
        raise ExportError(
            f"the exported model fails on a {case}: {_first_line(error)}; export it as saved_model"
        ) from error


def _keras_call(core: NumericCore) -> Callable[[Arrays], Arrays]:
    import tensorflow as tf

    def call(inputs: Arrays) -> Arrays:
        with tf.device("CPU:0"):
            tensors = [tf.constant(inputs[name], spec.dtype) for name, spec in core.inputs.items()]
            return {name: value.numpy() for name, value in core.function(*tensors).items()}

    return call


def _require_metrics(found: dict[str, float], expected: dict[str, float]) -> None:
    for name, value in expected.items():
        if not abs(found[name] - value) <= METRIC_TOLERANCE * abs(value):
            raise ExportError(
                f"in 8 bits the model has {name} {found[name]:.4g} where Keras has {value:.4g}, "
                f"further off than {METRIC_TOLERANCE:.0%}: export it without --quantize, or "
                "as dynamic"
            )


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
