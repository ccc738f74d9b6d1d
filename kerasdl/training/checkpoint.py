"""A `.keras` file that also holds what exact resumption needs.

Weights, optimizer and random state are in the file as Keras writes it. What the
runner knows besides (epochs finished, best result so far, ...) is one more
member of the same zip archive: one file is replaced in one step, so that model
and state can never disagree. Keras ignores the member when it loads the file.
"""

import json
import shutil
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kerasdl.files import replacing
from kerasdl.user_error import UserError

if TYPE_CHECKING:
    import keras

STATE = "kerasdl_state.json"


def save(model: "keras.Model", state: dict[str, Any], path: Path) -> None:
    """Saves `model` and `state` to `path`, in one step.

    Raises:
        UserError: the disk is full, or `path` cannot be written.
    """
    with replacing(path) as temporary:
        model.save(temporary)
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(STATE, json.dumps(state))


def copy(source: Path, target: Path) -> None:
    """Copies a checkpoint, in one step.

    Raises:
        UserError: the disk is full, or `target` cannot be written.
    """
    with replacing(target) as temporary:
        shutil.copyfile(source, temporary)


def read_state(path: Path) -> dict[str, Any]:
    """The state that `save` stored beside the model.

    Raises:
        UserError: `path` is not a checkpoint of kerasdl.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read(STATE))
    except (OSError, zipfile.BadZipFile, KeyError, json.JSONDecodeError):
        raise UserError(
            f"'{path}' is not a checkpoint of kerasdl, or is damaged. "
            "Expected the last.keras of a run."
        ) from None


def restore(model: "keras.Model", path: Path) -> None:
    """Gives a compiled `model` the weights, optimizer and random state in `path`.

    Raises:
        UserError: the file does not fit the model.
    """
    model.optimizer.build(model.trainable_variables)
    try:
        # Keras warns of what it then raises an error for.
        with warnings.catch_warnings(action="ignore"):
            model.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise UserError(
            f"'{path}' does not fit the model that the recipe builds: {first}"
        ) from None
