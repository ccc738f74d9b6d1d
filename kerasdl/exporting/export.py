"""Any model in any format, in one call."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.exporting.artifact import export_artifact
from kerasdl.exporting.artifact_report import ArtifactReport
from kerasdl.exporting.export_report import ExportReport
from kerasdl.exporting.formats import FORMATS, LiteRT
from kerasdl.exporting.keras_model import keras_model
from kerasdl.exporting.saved_model import export_saved_model
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays
from kerasdl.exporting.task_sample import TaskSample

if TYPE_CHECKING:
    import keras


def export(
    model: "keras.Model | Servable",
    path: str | Path,
    format: str = "saved_model",
    *,
    quantize: str | None = None,
    sample: Any = None,
    representative: Arrays | None = None,
    task: TaskSample | None = None,
    tolerance: float | None = None,
    metadata: dict[str, Any] | None = None,
) -> ExportReport | ArtifactReport:
    """Exports a model, reads it back with the format's own runtime, and compares.

    Whatever fails leaves nothing behind.

    Args:
        model: A functional or sequential Keras model, or a `Servable`, which says more:
            text and encoded images as inputs, labels.
        path: Where to: for `saved_model` the model's folder, in which a numbered version is
            made; else the export's own folder, such as `exports/onnx`, in which an
            older export is replaced.
        format: `"saved_model"`, `"keras"`, `"litert"`, `"onnx"` or `"openvino"`.
        quantize: For `litert`, `"dynamic"` for weights in 8 bits or `"int8"` for computing in
            8 bits as well; None for floats.
        sample: For a Keras model, examples to check the export with, in the structure of
            its inputs; drawn at random by default.
        representative: For `"int8"`, examples by input, such as 100 of the training set,
            from whose range the scales of the numbers are set.
        task: Examples of the test set and their metric, which the export is measured with.
        tolerance: The largest difference from Keras that is allowed.
        metadata: JSON types, kept beside the model.

    Returns:
        What was written, and how far it is from the Keras model.

    Raises:
        ExportError: If the model cannot be written in this format, read back, or differs.
        ValueError: If an argument is not as described.

    Example:

    >>> import keras, pathlib, tempfile
    >>> x = keras.Input((4,), name="measurements")
    >>> model = keras.Model(x, keras.layers.Dense(2)(x))
    >>> folder = pathlib.Path(tempfile.mkdtemp(), "exports", "keras")
    >>> report = export(model, folder, "keras")
    >>> report.file, report.max_difference
    ('model.keras', 0.0)
    """
    if format != "saved_model" and format not in FORMATS:
        raise ValueError(
            f"Received format {format!r}. Expected one of saved_model, {', '.join(FORMATS)}."
        )
    if quantize is not None and format != "litert":
        raise ValueError(f"Received quantize={quantize!r} for {format}. Expected format 'litert'.")
    if not isinstance(model, Servable):
        model = keras_model(model, sample)
    elif sample is not None:
        raise ValueError("Received a sample for a Servable, which has its own. Leave it out.")
    options: dict[str, Any] = {"tolerance": tolerance, "metadata": metadata, "task": task}
    if format == "saved_model":
        return export_saved_model(model, path, **options)
    chosen = LiteRT(quantize, representative) if format == "litert" else FORMATS[format]()
    return export_artifact(model, path, chosen, **options)
