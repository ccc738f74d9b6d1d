"""What the runner asks of a recipe."""

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError

from kerasdl.training.config import RecipeConfig
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    import keras


class Recipe:
    """A module that says what is trained, on what, and what is optimised.

    A recipe is an ordinary Python module. It must define

    - `Config`: a `RecipeConfig` with what its user may choose;
    - `load_data(config)`: the data, with `info`, `steps_per_epoch`, `epoch_batches`,
      `validation_batches`, `test_batches` and `write_samples`, as
      `kerasdl.data.ResidentData` has them;
    - `build_model(config, data)`: a compiled `keras.Model`.

    and may define

    - `BEST`: which epoch is kept, such as `"highest val_accuracy"`
      (default: `"lowest val_loss"`);
    - `SMOKE`: values of `Config` that make a run of seconds on embedded data;
    - `measure(config, model, data)`: metric name -> its value on the test split, for what
      `model.evaluate` does not tell;
    - `baselines(config, data)`: name -> metrics of something simple on the same test
      split, so that a number means something;
    - `learning_curves(config, history)`: file name -> matplotlib figure of the metrics after
      each epoch, beside the runner's own `curves.png`;
    - `pictures(config, model, data)`: file name -> matplotlib figure;
    - `texts(config, model, data)`: title -> text, such as what a model has written;
    - `servable(model, info, samples)`: a `kerasdl.exporting.Servable`.

    Args:
        module: the recipe's module.

    Raises:
        UserError: the module lacks something, or holds something unfit.
    """

    required: ClassVar[tuple[str, ...]] = ("Config", "load_data", "build_model")

    def __init__(self, module: ModuleType) -> None:
        self.module = module
        missing = [name for name in self.required if not hasattr(module, name)]
        if missing:
            raise UserError(
                f"{module.__name__} is not a recipe: it lacks {', '.join(missing)}. "
                "A recipe defines Config, load_data(config) and build_model(config, data)."
            )
        if not (isinstance(module.Config, type) and issubclass(module.Config, RecipeConfig)):
            raise UserError(
                f"Config of {module.__name__} must be a subclass of "
                f"kerasdl.training.RecipeConfig. Received: {module.Config!r}"
            )
        words = re.fullmatch(r"(highest|lowest) (\w+)", getattr(module, "BEST", "lowest val_loss"))
        if words is None:
            raise UserError(
                f"BEST of {module.__name__} must read 'highest METRIC' or 'lowest METRIC'. "
                f"Received: {module.BEST!r}"
            )
        self.best_is_highest = words[1] == "highest"
        self.best_metric = words[2]

    @property
    def name(self) -> str:
        """The recipe's name: that of its file."""
        name = self.module.__name__.rpartition(".")[2]
        return Path(self.file).stem if name == "__main__" else name

    @property
    def file(self) -> str:
        """The recipe's source file."""
        return str(Path(str(self.module.__file__)).resolve())

    @property
    def reference(self) -> str:
        """How a run names its recipe: the name of kerasdl's own, the path of a user's."""
        own = sys.modules.get("kerasdl.recipes")
        folders = [Path(folder).resolve() for folder in own.__path__] if own else []
        return self.name if Path(self.file).parent in folders else self.file

    def configure(self, values: Mapping[str, Any], *, smoke: bool = False) -> RecipeConfig:
        """The checked configuration made of `values` over the recipe's defaults.

        Args:
            values: field name -> value.
            smoke: whether the recipe's `SMOKE` values replace its defaults.

        Raises:
            UserError: a value is unknown, of the wrong type or out of range.
        """
        base = dict(getattr(self.module, "SMOKE", {})) if smoke else {}
        try:
            return self.module.Config(**{**base, **values})
        except ValidationError as error:
            raise UserError(describe(error, self.module.Config)) from None

    def build_model(self, config: RecipeConfig, data: Any) -> "keras.Model":
        """The recipe's compiled model.

        Raises:
            UserError: what was chosen does not go together, or not with the data.
        """
        try:
            return self.module.build_model(config, data)
        except UserError:
            raise
        except ValueError as error:
            raise UserError(f"The model cannot be built: {error}") from error


def describe(error: ValidationError, config: type[RecipeConfig]) -> str:
    """One line for each thing that is wrong in a configuration."""
    from difflib import get_close_matches

    lines = []
    for problem in error.errors():
        if not problem["loc"]:
            lines.append(str(problem["ctx"]["error"]))
            continue
        field = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            close = get_close_matches(field, config.model_fields, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            lines.append(
                f"Unknown option '{field}'.{hint} Known: {', '.join(sorted(config.model_fields))}."
            )
            continue
        message = str(problem["msg"])
        if problem["type"] == "string_pattern_mismatch" and field == "device":
            message = "Expected auto, cpu, gpu, gpu:N or mirrored"
        lines.append(
            f"Invalid value for --{field.replace('_', '-')}: {problem['input']!r}. {message}."
        )
    return "\n".join(lines)
