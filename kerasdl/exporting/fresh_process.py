"""Asks an exported SavedModel in a process of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kerasdl.exporting import reload
from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.signature import Arrays

# A load takes seconds; this only ends a process that hangs.
TIMEOUT_SECONDS = 900


@dataclass(frozen=True)
class FreshAnswers:
    """What a fresh process answered.

    Args:
        outputs: One dictionary of outputs per call.
        modules: The third-party packages that the process had loaded.
        milliseconds: How long the first call takes, the median.
    """

    outputs: list[Arrays]
    modules: tuple[str, ...]
    milliseconds: float


def ask_fresh_process(saved_model: Path, calls: list[tuple[str, Arrays]]) -> FreshAnswers:
    """Loads a SavedModel where neither Keras nor kerasdl can be imported, and calls it.

    It runs on the CPU: this process may hold the GPU's memory, and an artefact
    has to run without one.

    Args:
        saved_model: The folder of the SavedModel.
        calls: Pairs of a signature's name and its named inputs.

    Raises:
        ExportError: If the process fails, or has loaded what it must not.
    """
    request = {
        "saved_model": str(saved_model.resolve()),
        "path": [folder for folder in sys.path if os.path.isabs(folder)],
        "calls": [
            {"signature": name, "inputs": {k: reload.encode(v) for k, v in inputs.items()}}
            for name, inputs in calls
        ],
    }
    quiet_cpu = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        process = subprocess.run(  # noqa: S603 (our own script, no shell)
            [sys.executable, "-I", str(Path(reload.__file__))],
            input=json.dumps(request),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            env=os.environ | quiet_cpu,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ExportError(
            "the fresh process that reads the export back had no answer after "
            f"{TIMEOUT_SECONDS} seconds, and was stopped"
        ) from error
    except OSError as error:
        raise ExportError(
            f"the fresh process that reads the export back failed: {error}"
        ) from error
    if process.returncode:
        lines = [line for line in process.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {process.returncode}"
        raise ExportError(f"the fresh process that reads the export back failed: {reason}")
    try:
        response = json.loads(process.stdout)
    except ValueError as error:
        raise ExportError(
            f"the fresh process that reads the export back failed: no answer ({error})"
        ) from error
    if "error" in response:
        raise ExportError(f"the export cannot be read back in a fresh process: {response['error']}")
    loaded = sorted(set(response["modules"]) & set(reload.FORBIDDEN))
    if loaded:
        raise ExportError(f"the export needs {' and '.join(loaded)} to be read")
    outputs = [{k: reload.decode(v) for k, v in answer.items()} for answer in response["outputs"]]
    return FreshAnswers(outputs, tuple(response["modules"]), response["milliseconds"])
