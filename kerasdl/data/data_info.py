"""What data was really used."""

from dataclasses import asdict, dataclass, field
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
        counts: the number of examples of `"train"`, `"validation"` and `"test"`.
        class_names: what label 0, 1, ... stand for; empty where there are no classes.
        image_shape: height, width and channels of every image; None where there are none.
        is_fallback: whether it stands in for a set that could not be had.
        details: whatever else a model or its export must know of the data, as
            JSON types: a vocabulary, the largest length, how pixels were binarised.

    Example:

        >>> info = DataInfo("digits", "digits", "asked for", "scikit-learn (embedded)", "1.7",
        ...                 {"train": 3, "validation": 1, "test": 1}, ("zero", "one"), (28, 28, 1))
        >>> DataInfo.from_json(info.to_json()) == info
        True
    """

    name: str
    requested: str
    reason: str
    location: str
    version: str
    counts: dict[str, int]
    class_names: tuple[str, ...] = ()
    image_shape: tuple[int, int, int] | None = None
    is_fallback: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Returns the fields as a dictionary that `json` can write."""
        return asdict(self) | {
            "class_names": list(self.class_names),
            "image_shape": list(self.image_shape) if self.image_shape else None,
        }

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> "DataInfo":
        """Returns the `DataInfo` that `to_json` wrote."""
        shape = fields["image_shape"]
        return cls(
            **fields
            | {
                "class_names": tuple(fields["class_names"]),
                "image_shape": (shape[0], shape[1], shape[2]) if shape else None,
            }
        )
