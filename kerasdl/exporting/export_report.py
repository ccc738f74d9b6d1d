"""What an export wrote, and how far it is from the Keras model."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote, and how far it is from the Keras model.

    Args:
        path: The version folder.
        version: Its number.
        kind: What was exported, for example `"image_classifier"`.
        compute_dtype: The least precise dtype that the model computes in.
        tolerance: The largest difference that was allowed; it is wider for
            a model that computes in 16 bits.
        differences: Case, such as `"batch of 3"` -> output -> the largest absolute difference
            between Keras and the artefact in a fresh process.
        signatures: The names that a server offers.
        bytes: The size of all files but `export_report.json`.
        seconds: How long the export took, the fresh process included.
        reload_seconds: How long the fresh process took.
        reload_modules: The third-party packages which the fresh process had
            loaded: neither `keras` nor `kerasdl` is among them.
        milliseconds: How long the fresh process takes for a batch of 1, the median.
        keras_milliseconds: The same for the Keras model in a `tf.function`.
        metrics: Metric -> its value on a sample of the test set, where one was measured.
        keras_metrics: The same of the Keras model, on the same sample.
    """

    path: Path
    version: int
    kind: str
    compute_dtype: str
    tolerance: float
    differences: dict[str, dict[str, float]]
    signatures: tuple[str, ...]
    bytes: int
    seconds: float
    reload_seconds: float
    reload_modules: tuple[str, ...]
    milliseconds: float
    keras_milliseconds: float
    metrics: dict[str, float]
    keras_metrics: dict[str, float]

    @property
    def name(self) -> str:
        """The format."""
        return "saved_model"

    @property
    def allowed(self) -> float:
        """The largest difference that was allowed."""
        return self.tolerance

    @property
    def location(self) -> Path:
        """The version folder."""
        return self.path

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever uses it should know."""
        return (f"read back without Keras; signatures {', '.join(self.signatures)}",)

    @property
    def max_difference(self) -> float:
        """The largest difference of any output in any batch."""
        return max(max(outputs.values()) for outputs in self.differences.values())

    def to_json(self) -> dict[str, Any]:
        """Returns the report as types that `json.dumps` takes."""
        return asdict(self) | {"path": str(self.path), "max_difference": self.max_difference}
