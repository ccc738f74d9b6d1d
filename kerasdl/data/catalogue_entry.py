"""One line of the catalogue of data sets."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class CatalogueEntry:
    """What is known of a data set before it is loaded.

    Args:
        name: the name that `--data` takes.
        title: the name in a sentence.
        task: what it is for.
        source: `"embedded"` (installed with a package) or `"tfds"` (tensorflow-datasets).
        examples: the number of examples of each split that the source has.
        origin: who made it, and where it is described.
        licence: its licence, as its makers state it.
        megabytes: its size on disk once prepared; 0 if nothing is to be prepared.
        embedded_in: for an embedded set, what brings it.
        image_shape: height, width, channels, for images.
        num_classes: the number of classes, where there are classes.

    Example:

        >>> from kerasdl.data import catalogue
        >>> catalogue.find("mnist").num_classes
        10
    """

    name: str
    title: str
    task: str
    source: str
    examples: dict[str, int]
    origin: str
    licence: str
    megabytes: int
    embedded_in: str = ""
    image_shape: tuple[int, int, int] | None = None
    num_classes: int | None = None

    @property
    def embedded(self) -> bool:
        """Whether the set is installed with a package and needs no preparing."""
        return self.source == "embedded"

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as a dictionary that `json` can write."""
        return asdict(self) | {"image_shape": list(self.image_shape) if self.image_shape else None}
