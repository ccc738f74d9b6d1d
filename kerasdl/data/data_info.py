"""What data was really used."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class DataInfo:
    """What data was really used, and why: for the screen, the report and `environment.json`.

    Args:
        name: the set that was loaded: `"mnist"`, `"digits"`, any TFDS name.
        requested: what was asked for: `"auto"`, `"mnist"`, ...
        reason: one sentence that says why this set was taken.
        location: the folder it was read from, or `"scikit-learn (embedded)"`.
        version: the version of the set, or of the package that embeds it.
        class_names: what label 0, 1, ... stand for.
        image_shape: height, width and channels of every image.
        counts: the number of examples of `"train"`, `"validation"` and `"test"`.
        is_fallback: whether it stands in for a set that could not be had.

    Example:

        >>> info = DataInfo("digits", "digits", "asked for", "scikit-learn (embedded)", "1.7",
        ...                 ("zero", "one"), (28, 28, 1), {"train": 3, "validation": 1, "test": 1})
        >>> DataInfo.from_json(info.to_json()) == info
        True
    """

    name: str
    requested: str
    reason: str
    location: str
    version: str
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    counts: dict[str, int]
    is_fallback: bool = False

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as a dictionary that `json` can write."""
        fields = asdict(self)
        return fields | {
            "class_names": list(self.class_names),
            "image_shape": list(self.image_shape),
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "DataInfo":
        """Returns the `DataInfo` that `to_json` wrote."""
        height, width, channels = fields["image_shape"]
        return cls(
            **fields
            | {
                "class_names": tuple(fields["class_names"]),
                "image_shape": (height, width, channels),
                "counts": dict(fields["counts"]),
            }
        )
