"""Loads labelled images by name or path."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from kerasdl.data import catalogue, tfds_folders
from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.data_unavailable_error import DataUnavailableError
from kerasdl.data.image_data import ImageData
from kerasdl.data.labelled_images import LabelledImages

if TYPE_CHECKING:
    from kerasdl.data.image_source import ImageSource

# Height, width and channels; None for as it is.
Shape = tuple[int | None, int | None, int | None]

# The part of the training examples that becomes the test split of a set without one.
_TEST_FRACTION = 0.1
# One example each for training, validation and test.
_FEWEST = 3


def load_images(
    name: str = "auto",
    *,
    preferred: str = "mnist",
    fallback: str = "digits",
    image_shape: Shape | None = None,
    strict: bool = False,
    data_dir: tfds_folders.FolderName = None,
    validation_fraction: float = 0.1,
    seed: int = 0,
) -> ImageData:
    """Loads a set of labelled images and carves the validation examples from its training split.

    The validation examples depend on `seed` alone. The test split is left as
    the set has it, and so is a validation split. Of a folder the same share of each class is
    taken; the only image of a class stays in training.

    Args:
        name: a name of the catalogue or of TFDS; a folder with a subfolder of images for
            each class, see `kerasdl.data.image_folder`; `"auto"` for the preferred
            set or, if it cannot be had, the fallback.
        preferred: the set that `"auto"` tries first.
        fallback: the set that `"auto"` takes in its place.
        image_shape: the height, width and channels that the images are brought to, as
            `kerasdl predict` does it; None, for all or for one of them, to take them as they
            are, and the images of a folder in the size of the preferred set's.
        strict: whether a file of a folder that cannot be read is an error, not left out.
        data_dir: a folder of prepared TFDS sets, looked in before
            `TFDS_DATA_DIR` and `~/tensorflow_datasets`.
        validation_fraction: the part of the training examples for validation.
        seed: decides which examples these are.

    Returns:
        The images, and what they are.

    Raises:
        DataError: if the name is unknown, a folder is a wrong one, or the set is
            damaged.
        DataUnavailableError: if the set is not prepared and cannot be downloaded.

    Example:

        >>> data = load_images("digits", validation_fraction=0.2)
        >>> data.info.counts
        {'train': 1150, 'validation': 288, 'test': 359}
    """
    if not 0 < validation_fraction < 1:
        raise DataError(
            f"validation_fraction must be between 0 and 1; received {validation_fraction}"
        )
    chosen = preferred if name == "auto" else name
    if catalogue.is_path(chosen, data_dir):
        source = _read_folder(chosen, preferred, image_shape, strict)
        reason = f"{source.title} from {source.location}."
        return _divide(source, name, reason, False, validation_fraction, seed, by_class=True)
    if data_dir is not None and not catalogue.is_embedded(chosen):
        tfds_folders.check_data_dir(data_dir)
    try:
        source = read_source(chosen, data_dir)
        if catalogue.is_embedded(chosen):
            reason = f"{source.title} ({source.version}), which need no download."
        else:
            reason = f"{source.title} {source.version} from {source.location}."
    except DataUnavailableError as error:
        if name != "auto":
            raise
        source = read_source(fallback, data_dir)
        reason = f"{catalogue.title_of(preferred)} {error.reason}: {source.title} instead."
    is_fallback = name == "auto" and source.name != preferred
    source = _in_shape(source, image_shape)
    return _divide(source, name, reason, is_fallback, validation_fraction, seed)


def read_source(
    name: str,
    data_dir: tfds_folders.FolderName = None,
) -> ImageSource:
    """Returns a set as its source gives it; downloads it if it is not prepared.

    Args:
        name: a name of the catalogue or of TFDS.
        data_dir: a folder to look in first.

    Raises:
        DataError: as `load_images` does.
    """
    if catalogue.is_embedded(name):
        from kerasdl.data.digits import load_digits

        return load_digits()
    from kerasdl.data.tfds_reader import read_prepared

    catalogue.check_name(name, data_dir)
    folder = tfds_folders.find_prepared(name, data_dir)
    if folder is None:
        from kerasdl.data.tfds_prepare import download_and_prepare

        folder = download_and_prepare(name, data_dir)
    return read_prepared(name, folder)


def _read_folder(path: str, preferred: str, image_shape: Shape | None, strict: bool) -> ImageSource:
    from kerasdl.data.image_folder import read_image_folder

    height, width, channels = image_shape or (None, None, None)
    entry = catalogue.find(preferred)
    usual = entry.image_shape if entry is not None else None
    if not (height and width) and usual is None:
        raise DataError(
            f"received no height and width for the images of {path}, and the usual ones of "
            f"{preferred} are not known; say them with image_shape"
        )
    usual_height, usual_width, _ = usual or (0, 0, 0)
    size = (height or usual_height, width or usual_width)
    return read_image_folder(path, size, channels, strict=strict)


def _in_shape(source: ImageSource, image_shape: Shape | None) -> ImageSource:
    from kerasdl.exporting.read_images import to_shape

    wanted = image_shape or (None, None, None)
    height, width, channels = source.image_shape
    shape = (wanted[0] or height, wanted[1] or width, wanted[2] or channels)
    done: list[str] = []
    splits = {
        split: LabelledImages(to_shape(some.images, shape, done), some.labels)
        for split, some in source.splits.items()
    }
    notes = tuple(f"{note[0].upper()}{note[1:]}." for note in dict.fromkeys(done))
    return dataclasses.replace(source, splits=splits, notes=notes)


def _divide(
    source: ImageSource,
    requested: str,
    reason: str,
    is_fallback: bool,
    validation_fraction: float,
    seed: int,
    by_class: bool = False,
) -> ImageData:
    from kerasdl.data.splitting import TEST_SEED, carve

    splits = dict(source.splits)
    reason = " ".join([reason, *source.notes])
    if len(splits["train"]) < _FEWEST or not all(map(len, splits.values())):
        counts = ", ".join(f"{split}: {len(some)}" for split, some in splits.items())
        raise DataError(
            f"{source.title} in {source.location} holds too few examples ({counts}); at least "
            f"{_FEWEST} for training are needed, and one in every other split"
        )
    if "test" not in splits and "validation" in splits:
        splits["test"] = splits.pop("validation")
        reason += " It has no test split: its validation split is the test split here."
    if "test" not in splits:
        splits["train"], splits["test"] = carve(
            splits["train"], _TEST_FRACTION, TEST_SEED, by_class=by_class
        )
        share = f"{_TEST_FRACTION:.0%} of {'each class' if by_class else 'its training examples'}"
        reason += f" It has no test split: {share} are taken."
    if "validation" not in splits:
        splits["train"], splits["validation"] = carve(
            splits["train"], validation_fraction, seed, by_class=by_class
        )
    if not all(map(len, splits.values())):
        raise DataError(
            f"{source.title} in {source.location} has too few examples of each class to be "
            f"divided; {_FEWEST} of one class at least are needed"
        )
    info = DataInfo(
        name=source.name,
        requested=requested,
        reason=reason,
        location=source.location,
        version=source.version,
        counts={split: len(splits[split]) for split in ("train", "validation", "test")},
        class_names=source.class_names,
        image_shape=source.image_shape,
        is_fallback=is_fallback,
    )
    return ImageData(info, splits["train"], splits["validation"], splits["test"])
