"""A model's folder on disk, and which of its versions are served."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from kerasdl.exporting.versions import SAVED_MODEL_FILE, list_versions
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.serving_error import ServingError
from kerasdl.serving.version_policy import HIGHEST_VERSION, VersionPolicy
from kerasdl.serving.warm_up import warm_up

logger = logging.getLogger("kerasdl.serving")

# Longest time that an old version waits for its last requests before it is closed.
DRAIN_SECONDS = 60.0

_Fingerprint = tuple[tuple[str, int, int], ...]


@dataclass
class VersionStatus:
    """How a version is.

    Args:
        state: START, LOADING, AVAILABLE, UNLOADING or END, as in TensorFlow Serving.
        error_code: the status name, `OK` unless loading failed.
        error_message: what failed.
    """

    state: str = "START"
    error_code: str = "OK"
    error_message: str = ""


class ModelFolder:
    """The versions of one model.

    A new version is loaded before an old one is dropped; one that cannot be loaded is
    reported, and the old one stays. A failed version is tried again when its files have changed.

    Args:
        name: the model's name in URLs.
        path: the folder with numbered versions, or one version by itself.
        policy: which versions are served, by default the highest.
    """

    def __init__(self, name: str, path: Path, policy: VersionPolicy = HIGHEST_VERSION) -> None:
        self.name = name
        self.path = path
        self.policy = policy
        self.statuses: dict[int, VersionStatus] = {}
        self.loaded: dict[int, LoadedModel] = {}
        self._failed: dict[int, _Fingerprint] = {}
        self._seen: dict[int, _Fingerprint] = {}
        self._lock = threading.Lock()

    def versions_on_disk(self) -> dict[int, Path]:
        """Returns the versions that hold a SavedModel, lowest first."""
        if (self.path / SAVED_MODEL_FILE).is_file():
            number = int(self.path.name) if self.path.name.isdecimal() else 1
            return {number: self.path}
        found = list_versions(self.path)
        return {n: path for n, path in found.items() if (path / SAVED_MODEL_FILE).is_file()}

    def get(self, version: int | None = None) -> LoadedModel:
        """Returns a version that is in memory, by default the highest.

        Raises:
            ServingError: it is not there.
        """
        with self._lock:
            number = max(self.loaded, default=None) if version is None else version
            if number in self.loaded:
                return self.loaded[number]
        raise not_found(self.name, version)

    def highest(self) -> int | None:
        """Returns the number of the version that is served, or None."""
        with self._lock:
            return max(self.loaded, default=None)

    def refresh(self, *, at_once: bool = False) -> None:
        """Looks at the folder; loads new versions, then drops old ones.

        Args:
            at_once: load what is there now; otherwise a version must have stayed
                unchanged since the last look, as it may still be being copied.
        """
        found = self.versions_on_disk()
        wanted = self.policy.wanted(found)
        if not wanted:
            return  # never drop the only version because its folder is out of reach
        for number in wanted:
            if number not in self.loaded and self._is_ready(number, found[number], at_once):
                self._load(number, found[number])
        if all(number in self.loaded for number in wanted):
            for number in [number for number in self.loaded if number not in wanted]:
                self._unload(number)

    def _is_ready(self, number: int, path: Path, at_once: bool) -> bool:
        now = _fingerprint(path)
        unchanged = self._seen.get(number) == now
        self._seen[number] = now
        return self._failed.get(number) != now and (at_once or unchanged)

    def _load(self, number: int, path: Path) -> None:
        self.statuses[number] = VersionStatus("LOADING")
        try:
            model = LoadedModel(path)
        except ServingError as error:
            self._failed[number] = self._seen[number]
            self.statuses[number] = VersionStatus("END", error.code, error.message)
            logger.error("%s version %d cannot be served: %s", self.name, number, error.message)
            return
        warm_up(model)
        with self._lock:
            self.loaded[number] = model
        self.statuses[number] = VersionStatus("AVAILABLE")
        self._failed.pop(number, None)
        logger.info("%s version %d is served from %s", self.name, number, path)

    def _unload(self, number: int) -> None:
        self.statuses[number] = VersionStatus("UNLOADING")
        with self._lock:
            model = self.loaded.pop(number)
        model.close(DRAIN_SECONDS)
        self.statuses[number] = VersionStatus("END")
        logger.info("%s version %d is dropped", self.name, number)

    def close(self) -> None:
        """Drops every version."""
        for number in list(self.loaded):
            self._unload(number)


def not_found(model: str, version: int | None) -> ServingError:
    """Returns the error of a model or version that is not served."""
    wanted = f"Latest({model})" if version is None else f"Specific({model}, {version})"
    return ServingError("NOT_FOUND", f"Servable not found for request: {wanted}")


def _fingerprint(path: Path) -> _Fingerprint:
    files = sorted(file for file in path.rglob("*") if file.is_file())
    stats = [(str(file.relative_to(path)), file.stat()) for file in files]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)
