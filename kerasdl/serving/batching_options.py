"""How requests are gathered into batches."""

from dataclasses import dataclass
from pathlib import Path

from kerasdl.serving.protos import read_text_proto
from kerasdl.user_error import UserError


@dataclass(frozen=True)
class BatchingOptions:
    """Limits of batching, named as in TensorFlow Serving's batching parameters.

    Args:
        max_batch_size: most examples in one batch.
        batch_timeout_micros: longest time, in microseconds, that a request waits for
            others while the model is at work on other requests; one that comes alone
            never waits.
        max_enqueued_batches: so many full batches may wait; more is refused with 503.
        num_batch_threads: batches that are computed at the same time.
        allowed_batch_sizes: batches are filled up to the next of these sizes, the last
            of which is `max_batch_size`; empty for any size.

    Raises:
        UserError: a limit is out of range.
    """

    max_batch_size: int = 64
    batch_timeout_micros: int = 1000
    max_enqueued_batches: int = 64
    num_batch_threads: int = 2
    allowed_batch_sizes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        for name in ("max_batch_size", "max_enqueued_batches", "num_batch_threads"):
            if getattr(self, name) < 1:
                raise UserError(f"{name} must be 1 or more. Received: {getattr(self, name)}.")
        if self.batch_timeout_micros < 0:
            raise UserError(
                f"batch_timeout_micros must be 0 or more. Received: {self.batch_timeout_micros}."
            )
        sizes = self.allowed_batch_sizes
        if sizes and (list(sizes) != sorted(set(sizes)) or sizes[-1] != self.max_batch_size):
            raise UserError(
                "allowed_batch_sizes must increase and end with max_batch_size, "
                f"{self.max_batch_size}. Received: {', '.join(map(str, sizes))}."
            )


DEFAULT_BATCHING = BatchingOptions()


def read_batching_parameters(path: str | Path) -> BatchingOptions:
    """Returns what a file such as TensorFlow Serving's `--batching_parameters_file` says.

    Args:
        path: a `BatchingParameters` message in text form; what it does not name has the
            default.

    Raises:
        UserError: the file is none such, or a limit is out of range.
    """
    found = read_text_proto(Path(path), "BatchingParameters")
    names = ("max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads")
    given = {name: getattr(found, name).value for name in names if found.HasField(name)}
    try:
        return BatchingOptions(**given, allowed_batch_sizes=tuple(found.allowed_batch_sizes))
    except UserError as error:
        raise UserError(f"{path}: {error}") from None
