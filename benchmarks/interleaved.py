"""Times several programs against each other, in turn, each in a process of its own.

A busy machine slows all of them alike only if they take turns, and libraries disturb
each other only if they share a process. So every contender runs in its own process,
which waits while another one has its turn; the medians over the rounds, and above
all their ratios, are what is reported.

A benchmark is a script that hands its contenders to `main`. A contender is a function
that sets up and then returns what a turn calls; the first turn compiles and warms up,
and is not counted.
"""

import csv
import datetime
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("kerasdl", "keras", "tensorflow", "torch", "numpy")

Turn = Callable[[], dict[str, float] | None]


@dataclass(frozen=True)
class Target:
    """The largest ratio of two contenders' times that is good enough."""

    contender: str
    peer: str
    ratio: float


@dataclass(frozen=True)
class Timing:
    """The seconds of a contender's turns, and what its last turn had to say."""

    seconds: tuple[float, ...]
    notes: dict[str, float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def serve_turns(turn: Turn, rounds: int, calls: int, answers: Any) -> None:
    """The worker's side: takes a turn of so many calls at each line of the standard input."""
    for _ in range(rounds + 1):
        if not sys.stdin.readline():
            return
        start = time.perf_counter()
        for _ in range(calls):
            notes = turn()
        seconds = (time.perf_counter() - start) / calls
        print(json.dumps({"seconds": seconds, "notes": notes or {}}), file=answers, flush=True)


def compete(names: Sequence[str], rounds: int, arguments: Sequence[str]) -> dict[str, Timing]:
    """Runs this very script once for each name and lets them take turns.

    Args:
        names: Names of the contenders.
        rounds: Turns of each, without the first, which does not count.
        arguments: Command line for every worker; `--worker NAME` is added.

    Returns:
        The timing of each contender.
    """
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    with tempfile.TemporaryDirectory() as folder:
        workers = {}
        for name in names:
            with open(Path(folder) / name, "w", encoding="utf-8") as errors:
                workers[name] = subprocess.Popen(
                    [sys.executable, sys.argv[0], *arguments, "--worker", name],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    env=environment,
                    text=True,
                )
        try:
            turns: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
            for turn in range(rounds + 1):
                # Back and forth, so that nobody always follows the same one.
                for name in names if turn % 2 else reversed(names):
                    print(f"\r{f'round {turn}/{rounds}: {name}':60}", end="", file=sys.stderr)
                    turns[name].append(_take_turn(workers[name], Path(folder) / name))
            print(f"\r{'':60}\r", end="", file=sys.stderr)
        finally:
            for worker in workers.values():
                worker.kill()
                worker.wait()
    return {
        name: Timing(tuple(turn["seconds"] for turn in taken[1:]), taken[-1]["notes"])
        for name, taken in turns.items()
    }


def report(
    benchmark: str, setting: str, timings: Mapping[str, Timing], targets: Sequence[Target]
) -> None:
    """Prints the medians and the ratios, and adds the medians to the benchmark's CSV."""
    print(f"\n{benchmark}: {setting}, {_cpu()}, {os.cpu_count()} CPUs")
    for name, timing in timings.items():
        notes = "".join(f"  {key} {value:.4g}" for key, value in timing.notes.items())
        print(
            f"  {name:24} {_time(timing.median):>9}  "
            f"({_time(min(timing.seconds))} to {_time(max(timing.seconds))}){notes}"
        )
    for target in targets:
        if target.contender in timings and target.peer in timings:
            ratio = timings[target.contender].median / timings[target.peer].median
            verdict = "met" if ratio <= target.ratio else "missed"
            print(
                f"  {target.contender} takes {ratio:.3g}x of {target.peer} "
                f"(target {target.ratio:g}x: {verdict})"
            )
    _write(benchmark, setting, timings)


def has_torch() -> bool:
    """Whether PyTorch is installed; says so if it is not."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed, so it does not compete: pip install 'kerasdl[bench]'")
        return False
    return True


def main(
    benchmark: str,
    setting: str,
    contenders: Mapping[str, Callable[[], Turn]],
    targets: Sequence[Target],
    *,
    rounds: int,
    worker: str | None,
    arguments: Sequence[str],
    calls: int = 1,
) -> None:
    """Runs a benchmark, or, in a process that `compete` started, one contender of it.

    Args:
        benchmark: Name of the benchmark and of its CSV.
        setting: What the figures hold for, in words.
        contenders: Name -> function that sets up and returns what a turn does.
        targets: Ratios to be reported.
        rounds: Turns that count.
        worker: Name of the contender to be run here; None for all of them in turn.
        arguments: Command line that gives a worker the same setting.
        calls: Calls in a turn, for what takes milliseconds; times are of one call.
    """
    if worker is not None:
        # Libraries may print; the answers go where nothing else does.
        answers = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        serve_turns(contenders[worker](), rounds, calls, answers)
        return
    names = [name for name in contenders if "torch" not in name.lower() or has_torch()]
    report(benchmark, setting, compete(names, rounds, arguments), targets)


def _take_turn(worker: subprocess.Popen[str], errors: Path) -> dict[str, Any]:
    try:
        worker.stdin.write("\n")  # type: ignore[union-attr]
        worker.stdin.flush()  # type: ignore[union-attr]
        answer = worker.stdout.readline()  # type: ignore[union-attr]
    except BrokenPipeError:
        answer = ""
    if not answer:
        worker.wait()
        raise SystemExit(f"\n{errors.name} failed:\n{errors.read_text(encoding='utf-8')}")
    turn: dict[str, Any] = json.loads(answer)
    return turn


def _write(benchmark: str, setting: str, timings: Mapping[str, Timing]) -> None:
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{benchmark}.csv"
    machine = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "cpu": _cpu(),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
        **{package: _version(package) for package in PACKAGES},
    }
    rows = [
        {
            "setting": setting,
            "contender": name,
            "median_seconds": f"{timing.median:.6g}",
            "min_seconds": f"{min(timing.seconds):.6g}",
            "max_seconds": f"{max(timing.seconds):.6g}",
            "rounds": len(timing.seconds),
            **machine,
        }
        for name, timing in timings.items()
    ]
    new = not path.exists()
    with open(path, "a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        if new:
            writer.writeheader()
        writer.writerows(rows)
    print(f"  added to {path}")


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _cpu() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
