"""What can be done with the name of a data set.

Any other name of an image classification set in tensorflow-datasets is accepted
as well. Nothing here imports TensorFlow, NumPy or TFDS until a set is prepared or
described.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

from kerasdl.data import tfds_folders, tfds_names
from kerasdl.data.catalogue_entries import ENTRIES, IMAGE_CLASSIFICATION
from kerasdl.data.catalogue_entry import CatalogueEntry
from kerasdl.data.data_error import DataError
from kerasdl.data.data_status import DataStatus
from kerasdl.data.paths import user_path


def entries() -> tuple[CatalogueEntry, ...]:
    """Returns the catalogue.

    >>> [entry.name for entry in entries()][:2]
    ['mnist', 'fashion_mnist']
    """
    return ENTRIES


def find(name: str) -> CatalogueEntry | None:
    """Returns the entry of a set, or None for one that is not in the catalogue.

    >>> find("digits").embedded, find("emnist/letters")
    (True, None)
    """
    return next((entry for entry in ENTRIES if entry.name == name), None)


def tasks() -> tuple[str, ...]:
    """Returns every task that some set of the catalogue is for.

    >>> IMAGE_CLASSIFICATION in tasks()
    True
    """
    return tuple(dict.fromkeys(entry.task for entry in ENTRIES))


def title_of(name: str) -> str:
    """Returns the name of a set in a sentence.

    >>> title_of("mnist:3.0.1"), title_of("emnist/letters")
    ('MNIST', 'emnist/letters')
    """
    entry = find(name.partition(":")[0])
    return entry.title if entry else name


def is_path(name: str, data_dir: tfds_folders.FolderName = None) -> bool:
    """Says whether `--data` names a file or folder of the user's own.

    A name of the catalogue, of TFDS or of a prepared set wins over a file of the same
    name, which `./NAME` means.

    >>> is_path("mnist"), is_path(".")
    (False, True)

    Raises:
        DataError: if the name is empty, or it cannot be known what lies there.
    """
    return not _is_named(name, data_dir) and user_path(name).exists()


def check_name(
    name: str,
    data_dir: tfds_folders.FolderName = None,
    tasks: tuple[str, ...] = (IMAGE_CLASSIFICATION,),
) -> None:
    """Checks that there is such a set, or a path, and that it is for such a task.

    Imports neither TensorFlow nor TFDS, and so can check an option of the
    command line. What a path holds is not looked at.

    Args:
        name: a name or a path.
        data_dir: a folder to look in first.
        tasks: what the set is wanted for; of the sets of TFDS that are not in the
            catalogue, those of image classification go.

    Raises:
        DataError: if not, with the name that was probably meant.
    """
    entry = find(tfds_folders.split_name(name)[0]) if _is_named(name, data_dir) else None
    if entry is not None and entry.task not in tasks:
        raise DataError(
            f"the data set {name!r} is for {entry.task}; expected one for {' or '.join(tasks)}: "
            f"{_choices(tasks)}, or a file or folder of your own"
        )
    if entry is not None or is_path(name, data_dir):
        return
    images = IMAGE_CLASSIFICATION in tasks
    if images and _is_named(name, data_dir):
        return
    # A typing error is likeliest among the names that come first.
    at_hand = [entry.name for entry in ENTRIES if entry.task in tasks]
    known: frozenset[str] = frozenset()
    if images:
        at_hand += tfds_folders.prepared_names(data_dir)
        known = tfds_names.image_set_names()
    dataset = name.partition("/")[0].partition(":")[0].lower()
    close = difflib.get_close_matches(dataset, at_hand, n=1) or difflib.get_close_matches(
        dataset, sorted(known), n=1
    )
    hint = f"did you mean {close[0]!r}? " if close else ""
    more = ", any image classification set of tensorflow-datasets" if images else ""
    raise DataError(
        f"unknown data set {name!r}; {hint}`kerasdl data list` shows the catalogue; expected "
        f"{_choices(tasks)}{more}, or a file or folder that exists"
    )


def _choices(tasks: tuple[str, ...]) -> str:
    return ", ".join(entry.name for entry in ENTRIES if entry.task in tasks)


def _is_named(name: str, data_dir: tfds_folders.FolderName) -> bool:
    try:
        dataset, _, _ = tfds_folders.split_name(name)
    except DataError:
        return False
    return (
        find(dataset) is not None
        or dataset in tfds_folders.prepared_names(data_dir)
        or dataset in tfds_names.image_set_names()
    )


def is_embedded(name: str) -> bool:
    """Says whether a set is installed with a package and needs no preparing."""
    entry = find(name)
    return entry is not None and entry.embedded


def status(name: str, data_dir: tfds_folders.FolderName = None) -> DataStatus:
    """Says whether a set can be loaded without a download, and from where.

    Args:
        name: the set.
        data_dir: a folder to look in first.

    Raises:
        DataError: if the name cannot be that of a set.
    """
    if is_path(name, data_dir):
        return DataStatus(name, prepared=True, location=str(user_path(name)), searched=())
    entry = find(name)
    if entry is not None and entry.embedded:
        return DataStatus(name, prepared=True, location=entry.embedded_in, searched=())
    folder = tfds_folders.find_prepared(name, data_dir)
    return DataStatus(
        name,
        prepared=folder is not None,
        location=None if folder is None else str(folder),
        searched=tuple(str(folder) for folder in tfds_folders.data_folders(data_dir)),
    )


def prepare(name: str, data_dir: tfds_folders.FolderName = None) -> Path | None:
    """Downloads a set, unless it is prepared already, and returns its folder.

    That a download starts is said on the error stream.

    Args:
        name: the set; there is nothing to prepare in a file or folder of the user's own.
        data_dir: the folder to prepare it in; by default `TFDS_DATA_DIR`, or
            `~/tensorflow_datasets`.

    Returns:
        The folder `<data folder>/<name>/<version>`, or None where there is nothing to prepare.

    Raises:
        DataError: if the name is unknown, the set cannot be had, or it is none
            of labelled images.
    """
    if is_embedded(name) or is_path(name, data_dir):
        return None
    found = tfds_folders.find_prepared(name, data_dir)
    if found is not None:
        return found
    from kerasdl.data.tfds_prepare import download_and_prepare

    return download_and_prepare(name, data_dir)


def describe(name: str, data_dir: tfds_folders.FolderName = None) -> dict[str, Any]:
    """Looks into a set: counts per split and class, shape and range of the values.

    Args:
        name: the set; of a file or folder of the user's own see `describe_path`.
        data_dir: a folder to look in first.

    Returns:
        A dictionary that `json` can write: what the catalogue says, `"status"`
        and, if the set is prepared, `"version"`, `"image_shape"`, `"class_names"`
        and `"splits"`: for each split `"examples"`, `"per_class"`, `"minimum"`,
        `"maximum"` and `"mean"` of the pixel values.

    Raises:
        DataError: if the name is unknown or the set is damaged.
    """
    check_name(name, data_dir, tasks())
    current = status(name, data_dir)
    if is_path(name, data_dir):
        from kerasdl.data.describe_path import describe_path

        return describe_path(name) | {"status": current.to_json()}
    entry = find(name)
    description: dict[str, Any] = entry.to_json() if entry else {"name": name, "source": "tfds"}
    description["status"] = current.to_json()
    if not current.prepared:
        return description
    if entry is not None and entry.task != IMAGE_CLASSIFICATION:
        return description
    from kerasdl.data.load_images import read_source

    source = read_source(name, data_dir)
    return description | {
        "version": source.version,
        "image_shape": list(source.image_shape),
        "class_names": list(source.class_names),
        "splits": {
            split: {
                "examples": len(examples),
                "per_class": {
                    class_name: int((examples.labels == label).sum())
                    for label, class_name in enumerate(source.class_names)
                },
                "minimum": int(examples.images.min()),
                "maximum": int(examples.images.max()),
                "mean": round(float(examples.images.mean()), 2),
            }
            for split, examples in source.splits.items()
        },
    }
