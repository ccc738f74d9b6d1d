"""The time of a step is told without the execution that compiled it."""

import pytest

from kerasdl.training.step_watch import StepWatch


def watched(monkeypatch: pytest.MonkeyPatch, ends: dict[int, float], first_step: int) -> StepWatch:
    """A watch that saw executions end after so many steps, at these times."""

    class Bar:
        def update(self, done: int, logs: object) -> None:
            pass

    class Interrupt:
        requested = False

    clock = iter([100.0, *(100.0 + seconds for seconds in ends.values())])
    monkeypatch.setattr("kerasdl.training.step_watch.time.perf_counter", lambda: next(clock))
    watch = StepWatch(Bar(), Interrupt(), lambda: False, 100, first_step)  # type: ignore[arg-type]
    watch.on_epoch_begin(0)
    for steps in ends:
        watch.on_train_batch_end(steps - 1, {"loss": 1.0})
    return watch


def test_without_the_first_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    # Keras reports the last execution as a whole one, beyond the end of the epoch.
    watch = watched(monkeypatch, {32: 9.0, 64: 25.0, 96: 41.0, 128: 43.0}, 0)
    assert watch.steps_here == 100
    assert watch.step_seconds == pytest.approx(0.5)


def test_of_the_steps_since_a_run_went_on(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = watched(monkeypatch, {32: 9.0, 64: 11.0}, 60)
    assert watch.steps_here == 40
    assert watch.step_seconds == pytest.approx(2 / 8)


def test_of_the_only_execution(monkeypatch: pytest.MonkeyPatch) -> None:
    watch = watched(monkeypatch, {32: 8.0}, 92)
    assert watch.steps_here == 8
    assert watch.step_seconds == pytest.approx(1.0)
