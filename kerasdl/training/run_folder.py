"""The folder of one run, and what lies where in it."""

import json
import shlex
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kerasdl import files
from kerasdl.user_error import UserError


class RunFolder:
    """The files of one run: `runs/<recipe>/<time>-<seed>/`.

    Args:
        path: the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.config = path / "config.json"
        self.environment = path / "environment.json"
        self.metrics = path / "metrics.jsonl"
        self.best = path / "best.keras"
        self.last = path / "last.keras"
        self.result = path / "result.json"
        self.report = path / "report.md"
        self.curves = path / "curves.png"
        self.samples = path / "samples"

    @classmethod
    def create(cls, runs: Path, recipe: str, seed: int) -> "RunFolder":
        """Makes a new folder that no other run has.

        Raises:
            UserError: the folder cannot be written.
        """
        stem = f"{datetime.now():%Y%m%d-%H%M%S}-{seed}"
        try:
            for attempt in range(1, 1000):
                path = runs / recipe / (stem if attempt == 1 else f"{stem}-{attempt}")
                try:
                    path.mkdir(parents=True)
                except FileExistsError:
                    if path.is_dir():
                        continue
                    raise
                return cls(path)
        except OSError as error:
            raise UserError(
                f"Cannot write runs to '{runs}': {error.strerror}. "
                "Choose a folder that you may write with --runs-dir."
            ) from None
        raise UserError(f"'{runs / recipe}' holds 1000 runs of this second. Clean it up.")

    @classmethod
    def open(cls, path: Path) -> "RunFolder":
        """The folder of an earlier run.

        Raises:
            UserError: `path` is no folder of a run.
        """
        folder = cls(path)
        if not path.is_dir():
            raise UserError(
                f"'{path}' is no folder. Expected a run such as runs/mnist/20260101-120000-0."
            )
        if not folder.config.is_file():
            raise UserError(f"'{path}' is not a run of kerasdl: it holds no config.json.")
        return folder

    def read_config(self) -> tuple[str, dict[str, Any]]:
        """The recipe that `config.json` names, and its values."""
        return read_config(self.config)

    def write_config(self, recipe: str, values: Mapping[str, Any]) -> None:
        """Writes `config.json`: everything that is needed to run this again."""
        files.write_json(self.config, {"recipe": recipe, **values})

    def resume_command(self) -> str:
        """The command that goes on with this run."""
        return shlex.join(["kerasdl", "recipe", self.read_config()[0], "--resume", str(self.path)])

    def read_metrics(self) -> list[dict[str, Any]]:
        """The finished epochs, first to last."""
        if not self.metrics.is_file():
            return []
        lines = read_text(self.metrics).splitlines()
        try:
            return [json.loads(line) for line in lines]
        except json.JSONDecodeError:
            raise UserError(f"'{self.metrics}' is damaged: expected JSON in each line.") from None

    def write_metrics(self, epochs: list[dict[str, Any]]) -> None:
        """Writes `metrics.jsonl`: one line of JSON for each finished epoch."""
        files.write_text(self.metrics, "".join(json.dumps(epoch) + "\n" for epoch in epochs))


def read_config(path: Path) -> tuple[str, dict[str, Any]]:
    """Reads a `config.json`: the recipe that it names, and its values.

    Raises:
        UserError: the file cannot be read, or is not a configuration.
    """
    values = read_json(path)
    if not isinstance(values, dict) or not isinstance(values.get("recipe"), str):
        raise UserError(
            f"'{path}' is no configuration: expected an object with the key 'recipe', "
            "as `kerasdl recipe NAME --print-config` prints it."
        )
    return values.pop("recipe"), values


def read_json(path: Path) -> Any:
    """Reads a JSON file of a run.

    Raises:
        UserError: it is not there, or damaged.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UserError(f"'{path}' is not JSON: {error.msg} in line {error.lineno}.") from None


def read_text(path: Path) -> str:
    """Reads a text file of a run.

    Raises:
        UserError: it is not there, or not text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(f"Cannot read '{path}': {reason}.") from None
