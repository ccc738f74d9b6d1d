"""A run was stopped on request."""

from typing import ClassVar

from kerasdl.training.run_folder import RunFolder
from kerasdl.training.training_state import TrainingState
from kerasdl.user_error import UserError


class Interrupted(UserError):  # noqa: N818  (it is no error)
    """The run was stopped by Ctrl-C or SIGTERM; what is needed to go on is saved.

    Args:
        folder: the run's folder.
        state: how far it has come.
    """

    exit_code: ClassVar[int] = 130

    def __init__(self, folder: RunFolder, state: TrainingState) -> None:
        where = f"after epoch {state.epoch}" + (f", step {state.step}" if state.step else "")
        super().__init__(f"Stopped {where}; all is saved. Go on with: {folder.resume_command()}")
