"""Which files of a folder are examples, of which class and split."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kerasdl.data.data_error import DataError
from kerasdl.data.paths import visible_files, visible_paths

IMAGE_SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".ppm", ".pgm", ".pbm", ".tif", ".tiff", ".webp"
)  # fmt: skip
# What people call the folders of a set that is split already.
_SPLITS = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "test": "test",
    "testing": "test",
}


@dataclass(frozen=True)
class ClassFile:
    """A file with an example, and what its folders say of it."""

    path: Path
    split: str
    class_name: str


def is_image(path: Path) -> bool:
    """Says whether a file's name is that of an image.

    >>> is_image(Path("cat.JPG")), is_image(Path("cat.txt"))
    (True, False)
    """
    return path.suffix.lower() in IMAGE_SUFFIXES


def find_class_files(
    folder: Path, suffixes: Sequence[str], kind: str
) -> tuple[list[ClassFile], int]:
    """Finds `<folder>/<class>/**/<file>` or `<folder>/<split>/<class>/**/<file>`.

    Args:
        folder: the folder.
        suffixes: how the names of examples end; the first serves in errors.
        kind: what to call an example in an error: `"image"`.

    Returns:
        The examples in alphabetical order, and the number of other files. Hidden files and
        folders are neither.

    Raises:
        DataError: if it is no folder, something lies beside the folders of splits that is none,
            or the classes are not as `check_classes` wants them.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is a file; expected a folder with a subfolder for each class")
    examples: list[ClassFile] = []
    others = 0
    for home, split in _classes(_subfolders(folder)):
        files = visible_files(home)
        found = [path for path in files if path.suffix.lower() in suffixes]
        if not found:
            raise DataError(f"{home} holds no {kind}; fill the folder of this class, or remove it")
        examples += [ClassFile(path, split, home.name) for path in found]
        others += len(files) - len(found)
    if not examples:
        loose = any(path.suffix.lower() in suffixes for path in folder.iterdir())
        held = f"its {kind}s lie in no subfolder" if loose else f"it holds no {kind}"
        more = f" (or {suffixes[1]}, ...)" if len(suffixes) > 1 else ""
        raise DataError(
            f"{folder} is no folder of {kind}s by class: {held}; expected "
            f"{folder / '<class>' / f'<{kind}>{suffixes[0]}'}{more}, with two classes or more"
        )
    check_classes(folder, examples, f"{kind}s")
    return examples, others


def check_classes(folder: Path, examples: list[ClassFile], which: str) -> tuple[str, ...]:
    """Returns the classes in alphabetical order.

    Args:
        folder: where they were found.
        examples: the files.
        which: what to call them in an error.

    Raises:
        DataError: if there are fewer than two, or one has no training image.
    """
    names = sorted({example.class_name for example in examples if example.split == "train"})
    for example in examples:
        if example.class_name not in names:
            raise DataError(
                f"{folder} has {which} of the class {example.class_name!r} for {example.split} and "
                "none for training; move some there, or remove the class"
            )
    if len(names) < 2:
        found = f"of one class alone, {names[0]!r}" if names else "of no class"
        raise DataError(
            f"{folder} has {which} {found}; expected a subfolder for each of two classes or more"
        )
    return tuple(names)


def _classes(homes: list[Path]) -> list[tuple[Path, str]]:
    """The folders of classes, and the split of each, from the folders of classes or of splits."""
    splits = {home: _SPLITS.get(home.name.lower()) for home in homes}
    # A class may be called "train", beside others; the folder of a split holds folders.
    if "train" not in splits.values() or (
        None in splits.values()
        and not any(_subfolders(home) for home, split in splits.items() if split == "train")
    ):
        return [(home, "train") for home in homes]
    classes = []
    for home, split in splits.items():
        inner = _subfolders(home)
        if split is None:
            raise DataError(
                f"{home} lies beside a folder of training examples by class and is neither "
                "validation nor test; move it away"
            )
        if not inner:
            raise DataError(f"{home} holds no folder for each class; move it away, or sort it")
        classes += [(folder, split) for folder in inner]
    return classes


def _subfolders(folder: Path) -> list[Path]:
    return [path for path in visible_paths(folder) if path.is_dir()]
