"""Where prepared TFDS sets lie: `<data folder>/<name>/[<config>/]<version>/`.

Looks at the names of files and folders alone: neither TensorFlow nor TFDS is
imported.
"""

import os
import re
from pathlib import Path

from kerasdl.data.data_error import DataError

FolderName = str | os.PathLike[str] | None

_NAME = re.compile(r"(?P<set>\w+)(/(?P<config>\w[\w.\-]*))?(:(?P<version>\d+\.\d+\.\d+))?")
# TFDS writes into `<version>.incomplete...` and renames: a plain version is a finished set.
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def data_folders(data_dir: FolderName = None) -> list[Path]:
    """Returns the folders to look in: `data_dir`, `TFDS_DATA_DIR`, `~/tensorflow_datasets`.

    The first one is the folder that new sets are prepared in.
    """
    candidates = (data_dir, os.environ.get("TFDS_DATA_DIR"), "~/tensorflow_datasets")
    folders = [Path(os.path.expanduser(folder)) for folder in candidates if folder]
    return list(dict.fromkeys(folders))


def split_name(name: str) -> tuple[str, str | None, str | None]:
    """Returns set, config and version of a TFDS name `set[/config][:version]`.

    >>> split_name("mnist"), split_name("emnist/letters:3.1.0")
    (('mnist', None, None), ('emnist', 'letters', '3.1.0'))

    Raises:
        DataError: if the name is none.
    """
    match = _NAME.fullmatch(name)
    if match is None:
        raise DataError(
            f"{name!r} is no name of a data set; expected a name like mnist, or a TFDS name: "
            "set, set/config or set:version"
        )
    return match["set"], match["config"], match["version"]


def check_data_dir(data_dir: str | os.PathLike[str]) -> Path:
    """Returns the folder that the user named, if it holds TFDS sets, or nothing yet.

    Raises:
        DataError: if it does not exist, is no folder, lies inside of a set or
            holds other things.
    """
    folder = Path(os.path.expanduser(data_dir))
    if not folder.is_dir():
        problem = "is a file, not a folder" if folder.exists() else "does not exist"
        raise DataError(
            f"the data folder {folder} {problem}; give the folder that holds <set>/<version>/"
        )
    if _is_version(folder) or _versions(folder):
        root = folder.parent.parent if _is_version(folder) else folder.parent
        raise DataError(f"{folder} lies inside of a prepared set; give the data folder: {root}")
    if (folder / "downloads").is_dir() or _is_empty(folder):
        return folder
    if not any(_is_version(path) for depth in ("*/*", "*/*/*") for path in folder.glob(depth)):
        raise DataError(
            f"the data folder {folder} holds no TFDS set (<set>/<version>/dataset_info.json); "
            "give another folder, or prepare a set in this one: "
            f"kerasdl data prepare NAME --data-dir {folder}"
        )
    return folder


def find_prepared(name: str, data_dir: FolderName = None) -> Path | None:
    """Returns the folder of the newest version of a prepared set, or None.

    Raises:
        DataError: if the name is none, or it does not say which of several
            configs is meant.
    """
    dataset, config, version = split_name(name)
    for folder in data_folders(data_dir):
        home = folder / dataset
        versions = _versions(home / config if config else home)
        if not versions and not config:
            configs = [path for path in _folders(home) if _versions(path)]
            if len(configs) > 1:
                choices = ", ".join(f"{dataset}/{path.name}" for path in configs)
                raise DataError(f"{home} holds several configs of {dataset}; choose one: {choices}")
            versions = _versions(configs[0]) if configs else []
        for path in reversed(versions):
            if version in (None, path.name):
                return path
    return None


def where_searched(name: str, data_dir: FolderName = None) -> str:
    """Returns the folders that were looked in, and which of them do not exist."""
    return " or ".join(
        str(folder) if folder.is_dir() else f"{folder} (which does not exist)"
        for folder in data_folders(data_dir)
    )


def prepared_names(data_dir: FolderName = None) -> list[str]:
    """Returns the names of all sets that are prepared in the data folders."""
    return sorted(
        {
            home.name
            for folder in data_folders(data_dir)
            for home in _folders(folder)
            if _versions(home) or any(_versions(config) for config in _folders(home))
        }
    )


def prepare_command(name: str, data_dir: FolderName = None) -> str:
    """Returns the command that prepares a set."""
    return f"kerasdl data prepare {name}" + (f" --data-dir {data_dir}" if data_dir else "")


def _versions(folder: Path) -> list[Path]:
    found = [path for path in _folders(folder) if _is_version(path)]
    return sorted(found, key=lambda path: [int(number) for number in path.name.split(".")])


def _is_version(folder: Path) -> bool:
    return _VERSION.fullmatch(folder.name) is not None and folder.is_dir()


def _folders(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:  # not there, no folder, or not ours to read
        return []


def _is_empty(folder: Path) -> bool:
    return not any(folder.glob("[!.]*"))
