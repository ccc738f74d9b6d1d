"""The models that a server serves, kept up to date with the disk."""

import contextlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from kerasdl.exporting.versions import SAVED_MODEL_FILE, list_versions
from kerasdl.serving.loaded_model import LoadedModel
from kerasdl.serving.model_config import ModelConfig
from kerasdl.serving.model_folder import ModelFolder, VersionStatus, not_found
from kerasdl.serving.serving_error import ServingError, invalid
from kerasdl.serving.version_policy import VersionPolicy
from kerasdl.user_error import UserError

logger = logging.getLogger("kerasdl.serving")


class ModelRegistry:
    """Every model under a path: a version, a model's folder, or a folder of models.

    A thread looks at the folders every `poll_seconds`: new versions and new models are
    picked up while requests go on.

    Args:
        source: the path, or the models one by one, from `read_model_config`.
        poll_seconds: time between two looks; 0 to look once.
        num_versions: so many of a model's highest versions are served; models given
            one by one have policies of their own.
        labels: model name -> label -> version, for URLs with `/labels/LABEL`.

    Raises:
        UserError: there is nothing to serve.
    """

    def __init__(
        self,
        source: str | Path | Sequence[ModelConfig],
        *,
        poll_seconds: float = 1.0,
        num_versions: int = 1,
        labels: Mapping[str, Mapping[str, int]] | None = None,
    ) -> None:
        self.path = Path(source) if isinstance(source, str | Path) else None
        self.poll_seconds = poll_seconds
        self.policy = VersionPolicy(num_versions)
        self.labels = {model: dict(found) for model, found in (labels or {}).items()}
        self.models: dict[str, ModelFolder] = {}
        self._troubles: dict[str, str] = {}
        self._started = False
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if not isinstance(source, str | Path):
            for config in source:
                self._add(config.name, config.path, config.policy)
                self.labels.setdefault(config.name, {}).update(config.labels)
        self._find()
        if not self.models:
            raise UserError(
                f"'{source}' holds no model. Expected a SavedModel ({SAVED_MODEL_FILE}), a folder "
                "of its versions (saved_models/mnist), or a folder of models (saved_models)."
            )

    def start(self) -> None:
        """Loads the models, and starts to watch their folders; once is enough.

        Raises:
            UserError: no model at all can be loaded, or a label stands for a version that
                is not served.
        """
        if self._started:
            return
        self._started = True
        for model in list(self.models.values()):
            self._refresh(model, at_once=True)
        if not any(model.loaded for model in self.models.values()):
            reasons = [
                f"{model.name}: {reason}"
                for model in self.models.values()
                for reason in [status.error_message for status in model.statuses.values()]
                or [self._troubles.get(model.name, f"no version to be served in {model.path}")]
            ]
            raise UserError(f"No model can be served. {' '.join(reasons)}")
        self._check_labels()
        if self.poll_seconds:
            self._thread = threading.Thread(target=self._watch, name="registry", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stops watching, and drops every model."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for model in self.models.values():
            model.close()

    @contextlib.contextmanager
    def use(
        self, name: str, version: int | None = None, label: str | None = None
    ) -> Iterator[tuple[int, LoadedModel]]:
        """Gives a version of a model, which stays in memory as long as it is used.

        Raises:
            ServingError: there is no such model, version or label.
        """
        model = self.models.get(name)
        if model is None:
            raise not_found(name, version)
        if label is not None:
            version = self.labels.get(name, {}).get(label)
            if version is None:
                raise invalid(f"Unrecognized servable version label: {label}")
        while True:
            number = model.highest() if version is None else version
            loaded = model.get(number)
            with loaded.in_use():
                # Between the two lines above, it may have been replaced and closed.
                if number is not None and model.loaded.get(number) is loaded:
                    yield number, loaded
                    return

    def statuses(self, name: str, version: int | None = None) -> dict[int, VersionStatus]:
        """Returns how the versions of a model are, the highest first.

        Raises:
            ServingError: there is no such model or version.
        """
        model = self.models.get(name)
        found = dict(sorted(model.statuses.items(), reverse=True)) if model else {}
        if version is not None:
            found = {number: status for number, status in found.items() if number == version}
        if not found:
            which = "any versions" if version is None else f"version {version}"
            raise ServingError("NOT_FOUND", f"Could not find {which} of model {name}")
        return found

    def is_ready(self) -> bool:
        """Says whether every model has a version that is served."""
        return all(model.loaded for model in list(self.models.values()))

    def _check_labels(self) -> None:
        for name, labels in self.labels.items():
            served = sorted(self.models[name].loaded) if name in self.models else []
            for label, version in labels.items():
                if version not in served:
                    raise UserError(
                        f"Label '{label}' stands for version {version} of model '{name}', which "
                        f"is not served. Served: {', '.join(map(str, served)) or 'none'}."
                    )

    def _watch(self) -> None:
        while not self._stop.wait(self.poll_seconds):
            # A disk that does not answer now may answer at the next look.
            with contextlib.suppress(OSError):
                self._find()
            for model in list(self.models.values()):
                self._refresh(model)

    def _refresh(self, model: ModelFolder, *, at_once: bool = False) -> None:
        """Looks at one folder; what goes wrong there is told once, and stops no other."""
        try:
            model.refresh(at_once=at_once)
        except Exception as error:
            trouble = " ".join(str(error).split()) or type(error).__name__
            if self._troubles.get(model.name) != trouble:
                logger.error("%s cannot be looked at: %s", model.name, trouble)
            self._troubles[model.name] = trouble
        else:
            self._troubles.pop(model.name, None)

    def _find(self) -> None:
        if self.path is None:
            return
        if _is_model(self.path):
            version = (self.path / SAVED_MODEL_FILE).is_file() and self.path.name.isdecimal()
            folder = self.path.resolve()
            name = folder.parent.name if version else folder.name
            self._add(name, folder, self.policy)
        elif self.path.is_dir():
            for folder in sorted(self.path.iterdir()):
                if not folder.name.startswith(".") and _is_model(folder):
                    self._add(folder.name, folder, self.policy)

    def _add(self, name: str, folder: Path, policy: VersionPolicy) -> None:
        if name not in self.models:
            self.models[name] = ModelFolder(name, folder, policy)


def _is_model(path: Path) -> bool:
    if (path / SAVED_MODEL_FILE).is_file():
        return True
    return any((folder / SAVED_MODEL_FILE).is_file() for folder in list_versions(path).values())
