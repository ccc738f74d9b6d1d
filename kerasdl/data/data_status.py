"""Whether a data set is at hand."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class DataStatus:
    """Whether a data set is at hand, and where.

    Args:
        name: the set.
        prepared: whether it can be loaded without a download.
        location: the folder or the package that holds it; None if it is not prepared.
        searched: the folders that were looked in, in order.

    Example:

        >>> from kerasdl.data import catalogue
        >>> catalogue.status("digits").location
        'scikit-learn (embedded)'
    """

    name: str
    prepared: bool
    location: str | None
    searched: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as a dictionary that `json` can write."""
        return asdict(self) | {"searched": list(self.searched)}
