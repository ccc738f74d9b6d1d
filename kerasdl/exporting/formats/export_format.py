"""What is asked of a format that a model can be exported in."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Protocol

from kerasdl.exporting.numeric_core import NumericCore
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays


class ExportFormat(Protocol):
    """A format: how a model is written in it, and how its own runtime reads it back.

    Attributes:
        name: What `--format` calls it.
        file: The name of the file that `write` makes; others may lie beside it.
        any_precision: Whether it holds models that compute in 16 bits.
        quantize: How it holds the weights; None as they are.
        tolerance: The largest difference from Keras by default; None for that of SavedModels.
    """

    name: ClassVar[str]
    file: ClassVar[str]
    any_precision: ClassVar[bool]
    quantize: str | None
    tolerance: float | None

    def require(self) -> str:
        """Returns the runtime and its version.

        Raises:
            UserError: If a package is missing.
        """
        ...

    def core(self, servable: Servable) -> NumericCore:
        """Returns what of a model is exported, and compared."""
        ...

    def write(self, servable: Servable, core: NumericCore, path: Path) -> tuple[str, ...]:
        """Writes the model, and returns notes for whoever uses it.

        Raises:
            ExportError: If the format cannot hold it.
        """
        ...

    def load(self, path: Path) -> Callable[[Arrays], Arrays]:
        """Returns the model as its runtime reads it: from named inputs to named outputs."""
        ...
