"""What has to be looked at after every step."""

import math
import time
from collections.abc import Callable, Mapping
from typing import Any

import keras

from kerasdl.training.interrupt import Interrupt
from kerasdl.training.progress import EpochBar


class StepWatch(keras.callbacks.Callback):
    """Follows one epoch: live line, bad numbers, Ctrl-C and the time limit.

    Keras calls it after each execution, which is `steps_per_execution` steps.

    Args:
        bar: the live line.
        interrupt: whether Ctrl-C was pressed.
        out_of_time: whether the time for training is used up.
        steps: steps in the epoch.
        first_step: steps of this epoch that were done before (in an
            interrupted run that goes on).
        metric_state: state of the running metrics after those steps.
    """

    def __init__(
        self,
        bar: EpochBar,
        interrupt: Interrupt,
        out_of_time: Callable[[], bool],
        steps: int,
        first_step: int = 0,
        metric_state: list[Any] | None = None,
    ) -> None:
        super().__init__()
        self.bar = bar
        self.interrupt = interrupt
        self.out_of_time = out_of_time
        self.steps = steps
        self.steps_done = first_step
        self.metric_state = metric_state
        self.non_finite: tuple[int, int] | None = None
        self.stopped: str | None = None
        self.train_seconds = 0.0
        self._first_of_call = first_step
        self._started = 0.0
        # Steps and seconds of the first execution, in which Keras may trace and compile.
        self._first_execution = (0, 0.0)

    @property
    def steps_here(self) -> int:
        """Steps that this call of `fit` has done."""
        return self.steps_done - self._first_of_call

    @property
    def step_seconds(self) -> float:
        """Mean time of a step; without the first execution, unless there was no other."""
        steps, seconds = self._first_execution
        if steps == self.steps_here:
            return self.train_seconds / steps
        return (self.train_seconds - seconds) / (self.steps_here - steps)

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Starts the clock, and restores the running metrics."""
        # Keras resets the metrics just before this.
        if self.metric_state is not None:
            for variable, value in zip(self._metric_variables(), self.metric_state, strict=True):
                variable.assign(value)
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Looks at the loss, the clock and the keyboard."""
        before = self.steps_done
        # The last execution of an epoch may have fewer steps than Keras reports.
        self.steps_done = min(self._first_of_call + batch + 1, self.steps)
        self.train_seconds = time.perf_counter() - self._started
        if before == self._first_of_call:
            self._first_execution = (self.steps_here, self.train_seconds)
        logs = logs or {}
        if not math.isfinite(logs.get("loss", 0.0)):
            self.non_finite = (before + 1, self.steps_done)
            self.model.stop_training = True
            return
        self.bar.update(self.steps_done, logs)
        if self.interrupt.requested:
            self.stopped = "interrupted"
        elif self.out_of_time():
            self.stopped = "time limit"
        if self.stopped:
            self.model.stop_training = True
            self.metric_state = [variable.numpy().tolist() for variable in self._metric_variables()]

    def _metric_variables(self) -> list[Any]:
        return [variable for metric in self.model.metrics for variable in metric.variables]
