"""The numbered folders in which TensorFlow Serving looks for versions of a model."""

from pathlib import Path

from kerasdl.exporting.input_error import InputError

SAVED_MODEL_FILE = "saved_model.pb"


def list_versions(folder: Path) -> dict[int, Path]:
    """Returns the entries of a model's folder whose names are numbers, lowest first.

    Other names are not versions: TensorFlow Serving ignores them, and an
    export in progress bears one.
    """
    if not folder.is_dir():
        return {}
    numbered = {
        int(entry.name): entry
        for entry in folder.iterdir()
        if entry.name.isascii() and entry.name.isdecimal()
    }
    return dict(sorted(numbered.items()))


def next_version(folder: Path) -> int:
    """Returns one more than the highest version in a model's folder, or 1.

    Gaps are not filled: a server takes the highest number for the newest.
    """
    return max(list_versions(folder), default=0) + 1


def find_saved_model(path: Path) -> Path:
    """Returns a version folder: `path` itself, or the highest version in it.

    Args:
        path: A folder with a `saved_model.pb`, or a model's folder that holds
            such folders by version number.

    Raises:
        InputError: If `path` is neither.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist; expected the folder of an exported model")
    if not path.is_dir():
        raise InputError(f"{path} is a file; expected the folder of an exported model")
    if (path / SAVED_MODEL_FILE).is_file():
        return path
    complete = [v for v in list_versions(path).values() if (v / SAVED_MODEL_FILE).is_file()]
    if not complete:
        raise InputError(
            f"{path} is not an exported model: expected {SAVED_MODEL_FILE} in it, "
            "or in a folder named by a version number"
        )
    return complete[-1]
