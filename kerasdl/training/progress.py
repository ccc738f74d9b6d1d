"""What a run prints while it trains."""

import contextlib
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class RunConsole:
    """Lines about a run, with a live bar where the output is a terminal.

    Args:
        console: a rich console; by default standard output.
        quiet: print nothing at all.
    """

    def __init__(self, console: Console | None = None, *, quiet: bool = False) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)
        self.quiet = quiet

    def line(self, text: str = "", style: str | None = None) -> None:
        """Prints one line as it is, without markup."""
        if not self.quiet:
            self.console.print(text, style=style, markup=False)

    def notice(self, text: str) -> None:
        """Prints a line that should not be missed."""
        self.line(f"Note: {text}", style="yellow")

    @contextlib.contextmanager
    def epoch_bar(self, epoch: int, epochs: int, steps: int, done: int) -> Iterator["EpochBar"]:
        """A live line for one epoch; nothing where there is no terminal.

        Args:
            epoch: this epoch, from 1.
            epochs: the last epoch.
            steps: steps in an epoch.
            done: steps done already, in a resumed epoch.
        """
        if self.quiet or not self.console.is_terminal:
            yield EpochBar(None)
            return
        columns = (
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[logs]}"),
            TimeRemainingColumn(compact=True),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            progress.add_task("", total=steps, completed=done, epoch=f"{epoch}/{epochs}", logs="")
            yield EpochBar(progress)


class EpochBar:
    """The live line of one epoch."""

    def __init__(self, progress: Progress | None) -> None:
        self.progress = progress
        self.started = time.perf_counter()

    def update(self, done: int, logs: Mapping[str, float]) -> None:
        """Shows that `done` steps of the epoch are done."""
        if self.progress is not None:
            task = self.progress.tasks[0]
            self.progress.update(task.id, completed=done, logs=format_logs(logs))


def format_logs(logs: Mapping[str, Any]) -> str:
    """Metrics on one line.

    >>> format_logs({"loss": 0.25, "val_accuracy": 0.98127})
    'loss 0.2500  val_accuracy 0.9813'
    """
    return "  ".join(
        f"{name} {value:.2e}" if name == "learning_rate" else f"{name} {format_number(value)}"
        for name, value in logs.items()
    )


def format_number(value: float) -> str:
    """A metric in four decimals, or of a small one the first two digits.

    >>> format_number(0.98127), format_number(0.0000512), format_number(0.0)
    ('0.9813', '0.000051', '0.0000')
    >>> format_number(-2.5e-9)
    '-2.5e-09'
    """
    size = abs(value)
    if not 0 < size < 1e-3:
        return f"{value:.4f}"
    return f"{value:.1e}" if size < 1e-6 else f"{value:.{1 - math.floor(math.log10(size))}f}"


def format_duration(seconds: float) -> str:
    """A time for people.

    >>> format_duration(2.34), format_duration(75), format_duration(7265)
    ('2.3 s', '1 min 15 s', '2 h 01 min')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def format_step(result: Mapping[str, Any]) -> str:
    """The time of a training step for people, and how much of it went by without a batch.

    >>> format_step({"step_milliseconds": 3.456, "input_wait_milliseconds": 0.0612})
    '3.46 ms, waiting for input 0.06 ms of them'
    """
    step, wait = result.get("step_milliseconds"), result.get("input_wait_milliseconds")
    if step is None:
        return "not measured"
    waiting = (
        "waiting for input not measured"
        if wait is None
        else f"waiting for input {wait:.2f} ms of them"
    )
    return f"{step:.{0 if step >= 100 else 2}f} ms, {waiting}"
