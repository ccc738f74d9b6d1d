"""Loads labelled images by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kerasdl.data import catalogue, tfds_folders
from kerasdl.data.data_error import DataError
from kerasdl.data.data_info import DataInfo
from kerasdl.data.data_unavailable_error import DataUnavailableError
from kerasdl.data.image_data import ImageData

if TYPE_CHECKING:
    from kerasdl.data.image_source import ImageSource

Shape = tuple[int, int, int]
Notice = Callable[[str], None]

# The part of the training examples that becomes the test split of a set without one.
_TEST_FRACTION = 0.1
_TEST_SEED = 0
# One example each for training, validation and test.
_FEWEST = 3


def load_images(
    name: str = "auto",
    *,
    preferred: str = "mnist",
    fallback: str = "digits",
    image_shape: Shape | None = (28, 28, 1),
    data_dir: tfds_folders.FolderName = None,
    validation_fraction: float = 0.1,
    seed: int = 0,
    on_notice: Notice | None = None,
) -> ImageData:
    """Loads a set of labelled images and carves the validation examples from its training split.

    The validation examples depend on `seed` alone. The test split is left as
    the set has it.

    Args:
        name: a name of the catalogue or of TFDS; `"auto"` for the preferred
            set or, if it cannot be had, the fallback.
        preferred: the set that `"auto"` tries first.
        fallback: the set that `"auto"` takes in its place.
        image_shape: the shape that the model takes; None to take the images as they are.
        data_dir: a folder of prepared TFDS sets, looked in before
            `TFDS_DATA_DIR` and `~/tensorflow_datasets`.
        validation_fraction: the part of the training examples for validation.
        seed: decides which examples these are.
        on_notice: called with one line when something else is used than was
            preferred, or a download starts.

    Returns:
        The images, and what they are.

    Raises:
        DataError: if the name is unknown, a folder is a wrong one, the set is
            damaged, or its images have another shape.
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
    if data_dir is not None and not catalogue.is_embedded(chosen):
        tfds_folders.check_data_dir(data_dir)
    try:
        source = read_source(chosen, data_dir, image_shape=image_shape, on_notice=on_notice)
        if catalogue.is_embedded(chosen):
            reason = f"{source.title} ({source.version}), which need no download."
        else:
            reason = f"{source.title} {source.version} from {source.location}."
    except DataUnavailableError as error:
        if name != "auto":
            raise
        source = read_source(fallback, data_dir, image_shape=image_shape, on_notice=on_notice)
        reason = f"{catalogue.title_of(preferred)} {error.reason}: {source.title} instead."
        if on_notice is not None:
            on_notice(reason)
    is_fallback = name == "auto" and source.name != preferred
    return _divide(source, name, reason, is_fallback, validation_fraction, seed)


def read_source(
    name: str,
    data_dir: tfds_folders.FolderName = None,
    *,
    image_shape: Shape | None = None,
    on_notice: Notice | None = None,
) -> ImageSource:
    """Returns a set as its source gives it; downloads it if it is not prepared.

    Args:
        name: a name of the catalogue or of TFDS.
        data_dir: a folder to look in first.
        image_shape: the shape that the images must have; None for any.
        on_notice: called with one line before a download starts.

    Raises:
        DataError: as `load_images` does.
    """

    def check_shape(shape: Shape) -> None:
        if image_shape is not None and tuple(shape) != tuple(image_shape):
            raise DataError(
                f"the images of {name} are {_times(shape)}; this model takes {_times(image_shape)}"
            )

    if catalogue.is_embedded(name):
        from kerasdl.data.digits import load_digits

        source = load_digits()
        check_shape(source.image_shape)
        return source
    from kerasdl.data.tfds_reader import read_prepared

    catalogue.check_name(name, data_dir)
    folder = tfds_folders.find_prepared(name, data_dir)
    if folder is None:
        from kerasdl.data.tfds_prepare import download_and_prepare

        folder = download_and_prepare(name, data_dir, check_shape, on_notice)
    return read_prepared(name, folder, check_shape)


def _divide(
    source: ImageSource,
    requested: str,
    reason: str,
    is_fallback: bool,
    validation_fraction: float,
    seed: int,
) -> ImageData:
    from kerasdl.data.splitting import carve

    splits = dict(source.splits)
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
        splits["train"], splits["test"] = carve(splits["train"], _TEST_FRACTION, _TEST_SEED)
        reason += f" It has no test split: {_TEST_FRACTION:.0%} of its training examples are taken."
    if "validation" not in splits:
        splits["train"], splits["validation"] = carve(splits["train"], validation_fraction, seed)
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


def _times(shape: Shape) -> str:
    return "x".join(str(size) for size in shape)
