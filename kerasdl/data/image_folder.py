"""The user's own images: a folder with a subfolder for each class."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from kerasdl.data.class_files import IMAGE_SUFFIXES, ClassFile, check_classes, find_class_files
from kerasdl.data.data_error import DataError
from kerasdl.data.image_source import ImageSource
from kerasdl.data.labelled_images import LabelledImages
from kerasdl.data.paths import user_path
from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.read_images import read_images

_NAMED_AT_MOST = 3


def read_image_folder(
    folder: str | os.PathLike[str],
    size: tuple[int, int],
    channels: int | None = None,
    *,
    strict: bool = False,
) -> ImageSource:
    """Reads `<folder>/<class>/**/<image>`, or `<folder>/<split>/<class>/**/<image>`.

    The names of the subfolders are the names of the classes, in alphabetical order. Where
    they are `train`, `test` and `validation` (or `val`), the set is split as they say. Images
    of any size and colours are read as `kerasdl predict` reads them: turned
    upright, drawn on black, resized with antialiasing.

    Args:
        folder: the folder.
        size: height and width that every image gets.
        channels: 1 for grey, 3 for RGB; None for grey if every image is grey, else RGB.
        strict: whether a file that cannot be read is an error. Otherwise it is left out,
            and the `notes` of what is returned name it.

    Returns:
        The images, with the split `"train"` and those that the folder has besides. The
        `version` is a digest of the files' names and sizes.

    Raises:
        DataError: if the folder is laid out otherwise, it holds fewer than two classes, a
            class has no image, the images do not fit into memory, or with `strict` a
            file cannot be read.
    """
    folder = user_path(folder)
    files, others = find_class_files(folder, IMAGE_SUFFIXES, "image")
    shape = (*size, channels or 3)
    _check_memory(folder, len(files), shape)
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow decodes outside of Python's lock
        read = list(pool.map(lambda file: _read(file.path, shape), files))
    good = [
        (file, pixels)
        for file, pixels in zip(files, read, strict=True)
        if not isinstance(pixels, InputError)
    ]
    bad = [pixels for pixels in read if isinstance(pixels, InputError)]
    if bad and strict:
        raise DataError(
            f"{bad[0]}; {len(bad)} of {len(files)} images cannot be read: mend or remove them, or "
            "leave out --strict"
        )
    class_names = check_classes(folder, [file for file, _ in good], "readable images")
    images = np.stack([pixels for _, pixels in good])
    if channels is None and (images == images[..., :1]).all():
        images = np.ascontiguousarray(images[..., :1])
    labels = np.array([class_names.index(file.class_name) for file, _ in good], np.int64)
    where = np.array([file.split for file, _ in good])
    notes = [f"Resized to {size[0]}x{size[1]} (height x width)."]
    if bad:
        named = "; ".join(str(error) for error in bad[:_NAMED_AT_MOST])
        more = "; ..." if len(bad) > _NAMED_AT_MOST else ""
        notes.append(f"{len(bad)} of {len(files)} images left out: {named}{more}.")
    if others:
        notes.append(f"Files that are no images: {others}, not looked at.")
    return ImageSource(
        name=folder.resolve().name,
        title=folder.resolve().name,
        version=_digest(folder, files),
        location=str(folder),
        class_names=class_names,
        splits={
            split: LabelledImages(images[where == split], labels[where == split])
            for split in ("train", "validation", "test")
            if (where == split).any()
        },
        notes=tuple(notes),
    )


def _read(path: Path, shape: tuple[int, int, int]) -> np.ndarray | InputError:
    try:
        return read_images(path, shape).images[0]
    except InputError as error:
        return error


def _check_memory(folder: Path, count: int, shape: tuple[int, int, int]) -> None:
    # Once as it is read, once split, once as tensors.
    needed = 3 * count * int(np.prod(shape))
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):  # not told on this system
        return
    if needed > there:
        raise DataError(
            f"{folder} holds {count:,} images, which take {needed / 2**30:,.0f} GiB at "
            f"{shape[0]}x{shape[1]}; this machine has {there / 2**30:,.0f}. Choose a smaller size, "
            "or fewer images"
        )


def _digest(folder: Path, files: Sequence[ClassFile]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(os.fsencode(file.path.relative_to(folder)))
        digest.update(f"\0{_size(file.path)}\0".encode())
    return digest.hexdigest()[:12]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0  # a link to nothing
