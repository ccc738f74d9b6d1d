"""A run as an object."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.training.preparation import computing_in
from kerasdl.training.run_folder import RunFolder, read_json
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Run:
    """What a run left behind.

    Made by `kerasdl.train`, or from a run's folder: `Run(Path("runs/mnist/..."))`.

    Args:
        path: the run's folder.

    Raises:
        UserError: the folder holds no run.

    Attributes:
        history: metric name -> its value after each epoch, as Keras's
            `History.history`.
        test: metric name -> its value on the test split.
        model: the best model, loaded when it is first asked for.
        export: the exported model's folder, or None.
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        RunFolder.open(self.path)

    @property
    def folder(self) -> RunFolder:
        """The run's files."""
        return RunFolder(self.path)

    @property
    def recipe(self) -> str:
        """The recipe's name, or the path of its file."""
        return self.folder.read_config()[0]

    @property
    def config(self) -> dict[str, Any]:
        """The configuration, as `config.json` holds it."""
        return self.folder.read_config()[1]

    @property
    def environment(self) -> dict[str, Any]:
        """Software, hardware and the data that was used."""
        return read_json(self.folder.environment)

    @property
    def history(self) -> dict[str, list[float]]:
        """The metrics of each finished epoch."""
        epochs = self.folder.read_metrics()
        return {name: [epoch[name] for epoch in epochs] for name in (epochs[0] if epochs else {})}

    @property
    def result(self) -> dict[str, Any]:
        """What `result.json` says; empty until training has ended."""
        if not self.folder.result.is_file():
            return {}
        return read_json(self.folder.result)

    @property
    def test(self) -> dict[str, float]:
        """Metrics on the test split."""
        return self.result.get("test", {})

    @property
    def export(self) -> Path | None:
        """The exported model, if there is one."""
        path = self.result.get("export")
        return Path(path) if path else None

    @cached_property
    def model(self) -> "keras.Model":
        """The best model."""
        return load_best(self.folder)


def load_best(folder: RunFolder) -> "keras.Model":
    """Loads the best model of a run.

    Raises:
        UserError: no epoch was finished, or the file is damaged.
    """
    import keras

    import kerasdl.layers  # noqa: F401  (registers what the file names)

    if not folder.best.is_file():
        raise UserError(f"'{folder.path}' has no best.keras: no epoch was finished. Resume it.")
    _, config = folder.read_config()
    try:
        # The optimizer scales the loss where the policy says so, and must be built alike.
        with computing_in(config["precision"]):
            model = keras.saving.load_model(folder.best)
    except (OSError, ValueError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise UserError(f"Cannot load '{folder.best}': {first}") from None
    # For one pass over some images, compiling costs more than it saves.
    model.jit_compile = False
    return model
