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
        differences: Batch size -> output -> the largest absolute difference
            between Keras and the artefact in a fresh process.
        signatures: The names that a server offers.
        bytes: The size of all files but `export_report.json`.
        seconds: How long the export took, the fresh process included.
        reload_seconds: How long the fresh process took.
        reload_modules: The third-party packages which the fresh process had
            loaded: neither `keras` nor `kerasdl` is among them.
    """

    path: Path
    version: int
    kind: str
    compute_dtype: str
    tolerance: float
    differences: dict[int, dict[str, float]]
    signatures: tuple[str, ...]
    bytes: int
    seconds: float
    reload_seconds: float
    reload_modules: tuple[str, ...]

    @property
    def batches(self) -> tuple[int, ...]:
        """The batch sizes that were compared."""
        return tuple(self.differences)

    @property
    def max_difference(self) -> float:
        """The largest difference of any output in any batch."""
        return max(max(outputs.values()) for outputs in self.differences.values())

    def to_json(self) -> dict[str, Any]:
        """Returns the report as types that `json.dumps` takes."""
        return asdict(self) | {
            "path": str(self.path),
            "max_difference": self.max_difference,
            "batches": list(self.batches),
            "differences": {str(size): outputs for size, outputs in self.differences.items()},
        }
