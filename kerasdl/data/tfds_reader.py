"""Reads a prepared TFDS set of labelled images into memory.

TFDS describes the set, `tf.data` reads its records: batches of records are
parsed at once, which takes a third of the time of `builder.as_dataset`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.data.catalogue import title_of
from kerasdl.data.data_error import DataError
from kerasdl.data.image_source import ImageSource
from kerasdl.data.labelled_images import LabelledImages
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.tfds_folders import prepare_command

if TYPE_CHECKING:
    import tensorflow as tf

_SPLITS = ("train", "validation", "test")
_RECORDS_AT_ONCE = 512


def read_prepared(
    name: str,
    folder: Path,
    check_shape: Callable[[tuple[int, int, int]], None] | None = None,
) -> ImageSource:
    """Returns the splits `train`, `validation` and `test` of a prepared set, as far as it has them.

    Args:
        name: the name of the set.
        folder: `<data folder>/<name>/[<config>/]<version>`.
        check_shape: called with the shape of the images before they are read.

    Raises:
        DataError: if the set is damaged, is none of labelled images of one size,
            or has no split `train`.
    """
    with quiet_tfds():
        info = _open(name, folder)
        shape, class_names = image_classes(name, info.features)
        if check_shape is not None:
            check_shape(shape)
        if info.file_format.value != "tfrecord":
            raise DataError(
                f"{folder} is stored as {info.file_format.value}, and kerasdl reads tfrecord; "
                f"delete the folder and prepare the set again: {prepare_command(name)}"
            )
        if "train" not in info.splits:
            raise DataError(
                f"{folder} has no split 'train'; it has {', '.join(info.splits) or 'none'}"
            )
        splits = {
            split: _read_split(name, folder, info.splits[split], shape, len(class_names))
            for split in _SPLITS
            if split in info.splits
        }
    return ImageSource(
        name=name,
        title=title_of(name),
        version=str(info.version),
        location=str(folder),
        class_names=class_names,
        splits=splits,
    )


def image_classes(name: str, features: Any) -> tuple[tuple[int, int, int], tuple[str, ...]]:
    """Returns the shape of the images and the names of the classes.

    Args:
        name: the name of the set.
        features: the TFDS features of the set.

    Raises:
        DataError: if they are not an image of one size and a class label.
    """
    import tensorflow_datasets as tfds

    keys = list(features) if isinstance(features, tfds.features.FeaturesDict) else []
    image: Any = features["image"] if "image" in keys else None
    label = features["label"] if "label" in keys else None
    if type(image) is not tfds.features.Image or not isinstance(label, tfds.features.ClassLabel):
        raise DataError(
            f"{name} is no set for image classification: expected the features image (an image) "
            f"and label (a class); it has {', '.join(sorted(keys)) or 'no named features'}"
        )
    if None in image.shape or image.np_dtype != np.uint8:
        raise DataError(
            f"the images of {name} are {np.dtype(image.np_dtype).name} of shape {image.shape}; "
            "expected uint8 images of one size"
        )
    return image.shape, tuple(label.names)


def _open(name: str, folder: Path) -> Any:
    """Returns the `tfds.core.DatasetInfo` of a folder."""
    import tensorflow_datasets as tfds

    for path in (folder / "dataset_info.json", folder / "features.json"):
        try:
            json.loads(path.read_bytes())
        except FileNotFoundError:
            raise _damaged(name, folder, path, "is missing") from None
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError:
            raise _damaged(name, folder, path, "is damaged (not JSON)") from None
    try:
        return tfds.builder_from_directory(folder).info
    except Exception as error:  # TFDS raises whatever its parsers raise
        problem = f"cannot be read by TFDS ({_first_line(error)})"
        raise _damaged(name, folder, folder, problem) from error


def _read_split(
    name: str, folder: Path, split: Any, shape: tuple[int, int, int], num_classes: int
) -> LabelledImages:
    images = np.empty((split.num_examples, *shape), np.uint8)
    labels = np.empty(split.num_examples, np.int64)
    start = 0
    for path, length in zip(split.filepaths, split.shard_lengths, strict=True):
        stop = start + length
        _read_shard(name, folder, Path(path), images[start:stop], labels[start:stop])
        start = stop
    if np.any((labels < 0) | (labels >= num_classes)):
        raise DataError(
            f"the split {split.name!r} in {folder} has labels that are no class "
            f"(expected 0 to {num_classes - 1}); kerasdl needs a set with a label for each image"
        )
    return LabelledImages(images, labels)


def _read_shard(
    name: str, folder: Path, path: Path, images: np.ndarray, labels: np.ndarray
) -> None:
    """Fills the arrays from one file."""
    import tensorflow as tf

    if not path.is_file():
        raise _damaged(name, folder, path, "is missing")
    filled = 0
    try:
        for some_images, some_labels in _batches(path, images.shape[1:]):
            stop = filled + len(some_labels)
            if stop <= len(labels):
                images[filled:stop], labels[filled:stop] = some_images, some_labels
            filled = stop
    except tf.errors.OpError as error:
        problem = f"is damaged ({_first_line(error)})"
        raise _damaged(name, folder, path, problem) from error
    if filled != len(labels):
        problem = f"is damaged ({filled} examples in place of {len(labels)})"
        raise _damaged(name, folder, path, problem)


def _batches(path: Path, shape: tuple[int, ...]) -> tf.data.NumpyIterator:
    import tensorflow as tf

    feature_types = {
        "image": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }

    def decode_one(encoded: tf.Tensor) -> tf.Tensor:
        return tf.io.decode_image(encoded, channels=shape[-1], expand_animations=False)

    def decode(records: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        features = tf.io.parse_example(records, feature_types)
        image_type = tf.TensorSpec(shape, tf.uint8)
        images = tf.map_fn(decode_one, features["image"], fn_output_signature=image_type)
        return images, features["label"]

    records = tf.data.TFRecordDataset(str(path), buffer_size=8 << 20).batch(_RECORDS_AT_ONCE)
    batches = records.map(decode, num_parallel_calls=tf.data.AUTOTUNE).prefetch(2)
    return batches.as_numpy_iterator()


def _damaged(name: str, folder: Path, path: Path, problem: str) -> DataError:
    return DataError(
        f"{path} {problem}; delete {folder} and prepare the set again: {prepare_command(name)}"
    )


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return message.strip().split("\n")[0][:160] if message.strip() else type(error).__name__
