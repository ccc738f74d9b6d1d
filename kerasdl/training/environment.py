"""On what a run ran."""

import importlib.metadata
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import kerasdl

PACKAGES = ("keras", "tensorflow", "tensorflow-datasets", "numpy", "scikit-learn")


def versions() -> dict[str, str]:
    """Versions of Python, kerasdl and what a result may depend on."""
    found = {"python": platform.python_version(), "kerasdl": kerasdl.__version__}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def processor() -> str:
    """The processor's name, as far as the system tells."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def git_revision(folder: Path) -> str | None:
    """The commit of the checkout that holds `folder`, marked if there are changes."""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def describe_environment(device: str, recipe_file: str) -> dict[str, Any]:
    """What `environment.json` says about machine and software.

    Args:
        device: the device's description.
        recipe_file: the recipe's source; its folder is asked for the revision.
    """
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": sys.argv,
        "device": device,
        "processor": processor(),
        "platform": platform.platform(),
        "git_revision": git_revision(Path(recipe_file).parent),
        "recipe_file": recipe_file,
        "versions": versions(),
    }
