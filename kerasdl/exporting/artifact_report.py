"""What an export in another format than SavedModel wrote, and how far it is from Keras."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ArtifactReport:
    """What an export wrote, and how far it is from the Keras model.

    Args:
        path: The folder.
        file: The model's file in it.
        format: Its format, for example `"onnx"`.
        quantize: How its weights are held, `"dynamic"` or `"int8"`; None for floats.
        kind: What was exported, for example `"image_classifier"`.
        signature: The signature whose numbers it computes.
        runtime: What it was read back with.
        tolerance: The largest difference that was allowed; where Keras answers with numbers
            beyond 1, that many times as much. None where the metrics were what counted.
        differences: Case, such as `"batch of 3"` -> output -> the largest absolute difference
            between Keras and the artefact.
        scale: The largest number that Keras answered with, or 1.
        bytes: The size of the model.
        milliseconds: How long the runtime takes for a batch of 1, the median.
        keras_milliseconds: The same for the Keras model in a `tf.function`.
        seconds: How long the export took.
        metrics: Metric -> its value on a sample of the test set, where one was measured.
        keras_metrics: The same of the Keras model, on the same sample.
        notes: What whoever uses it should know.
    """

    path: Path
    file: str
    format: str
    quantize: str | None
    kind: str
    signature: str
    runtime: str
    tolerance: float | None
    differences: dict[str, dict[str, float]]
    scale: float
    bytes: int
    milliseconds: float
    keras_milliseconds: float
    seconds: float
    metrics: dict[str, float]
    keras_metrics: dict[str, float]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The format, and how it is quantized."""
        return self.format if self.quantize is None else f"{self.format} ({self.quantize})"

    @property
    def max_difference(self) -> float:
        """The largest difference of any output in any case."""
        return max(max(outputs.values()) for outputs in self.differences.values())

    @property
    def allowed(self) -> float | None:
        """The largest difference that was allowed, or None."""
        return None if self.tolerance is None else self.tolerance * self.scale

    @property
    def location(self) -> Path:
        """The model's file."""
        return self.path / self.file

    def to_json(self) -> dict[str, Any]:
        """Returns the report as types that `json.dumps` takes."""
        return asdict(self) | {"path": str(self.path), "max_difference": self.max_difference}
