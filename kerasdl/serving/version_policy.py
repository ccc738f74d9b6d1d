"""Which of a model's versions are served."""

from collections.abc import Iterable
from dataclasses import dataclass

from kerasdl.user_error import UserError


@dataclass(frozen=True)
class VersionPolicy:
    """The highest versions of a model, all of them, or some by number.

    Args:
        latest: so many of the highest; None for all.
        specific: these and no others, whatever `latest` says.

    Raises:
        UserError: `latest` is less than 1.
    """

    latest: int | None = 1
    specific: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.latest is not None and self.latest < 1:
            raise UserError(f"num_versions must be 1 or more. Received: {self.latest}.")

    def wanted(self, found: Iterable[int]) -> list[int]:
        """Returns the versions to be served, of those found on disk, the highest first.

        >>> VersionPolicy(2).wanted([1, 2, 3])
        [3, 2]
        >>> VersionPolicy(specific=(1, 7)).wanted([1, 2, 3])
        [1]
        """
        if self.specific:
            return sorted(set(found) & set(self.specific), reverse=True)
        return sorted(found, reverse=True)[: self.latest]


HIGHEST_VERSION = VersionPolicy()
