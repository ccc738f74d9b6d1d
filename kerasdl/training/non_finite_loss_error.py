"""The loss became infinite or not a number."""

from kerasdl.user_error import UserError


class NonFiniteLossError(UserError):
    """Training stopped because its loss is no longer a finite number.

    Args:
        epoch: the epoch, from 1.
        first_step: first step, from 1, that may have caused it.
        last_step: last such step. Equal to `first_step` when each step is
            looked at (`steps_per_execution=1`).
        resume: the command that goes on from the last good epoch, if any.
    """

    def __init__(self, epoch: int, first_step: int, last_step: int, resume: str | None) -> None:
        one = first_step == last_step
        where = f"step {last_step}" if one else f"between steps {first_step} and {last_step}"
        exact = "" if one else " (--steps-per-execution 1 names the step)"
        kept = f"The epochs before are kept: {resume}" if resume else "No epoch was finished."
        super().__init__(
            f"The loss is not finite any more: epoch {epoch}, {where}{exact}. "
            f"Try a lower --learning-rate, or --precision float32. {kept}"
        )
        self.epoch = epoch
        self.first_step = first_step
        self.last_step = last_step
