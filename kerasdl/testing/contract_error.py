"""The error of a layer that does not keep its contract."""

from collections.abc import Sequence


class LayerContractError(AssertionError):
    """A layer breaks its contract: which check, which layer, what differed.

    Attributes:
        check: Name of the failed check, such as `"config"`.
        failures: The single failures, where several checks failed at once; else this error alone.
    """

    def __init__(
        self, message: str, check: str = "", failures: "Sequence[LayerContractError]" = ()
    ) -> None:
        super().__init__(message)
        self.check = check
        self.failures: tuple[LayerContractError, ...] = tuple(failures) or (self,)
