"""Reads a prepared TFDS set of labelled images into memory.

TFDS describes the set, `tf.data` reads its records: batches of records are
parsed at once, which takes a third of the time of `builder.as_dataset`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.data.catalogue import title_of
from kerasdl.data.data_error import DataError
from kerasdl.data.image_source import ImageSource
from kerasdl.data.labelled_images import LabelledImages
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.tfds_folders import prepare_command, split_name

if TYPE_CHECKING:
    import tensorflow as tf

_SPLITS = ("train", "validation", "test")
_RECORDS_AT_ONCE = 512


def read_prepared(name: str, folder: Path) -> ImageSource:
    """Returns the splits `train`, `validation` and `test` of a prepared set, as far as it has them.

    Args:
        name: the name of the set.
        folder: `<data folder>/<name>/[<config>/]<version>`.

    Raises:
        DataError: if the set is damaged, is none of labelled images of one size,
            or has no split `train`.
    """
    with quiet_tfds():
        info = open_set(name, folder)
        shape, class_names = image_classes(name, info.features)
        if info.file_format.value != "tfrecord":
            raise DataError(
                f"{folder} is stored as {info.file_format.value}, and kerasdl reads tfrecord; "
                f"delete the folder and prepare the set again: {_prepare_again(name, folder)}"
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


def open_set(name: str, folder: Path) -> Any:
    """Returns the `tfds.core.DatasetInfo` of a folder."""
    import tensorflow_datasets as tfds

    for path in (folder / "dataset_info.json", folder / "features.json"):
        try:
            json.loads(path.read_bytes())
        except FileNotFoundError:
            raise damaged(name, folder, path, "is missing") from None
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        except ValueError:
            raise damaged(name, folder, path, "is damaged (not JSON)") from None
    try:
        return tfds.builder_from_directory(folder).info
    except Exception as error:  # TFDS raises whatever its parsers raise
        problem = f"cannot be read by TFDS ({first_line(error)})"
        raise damaged(name, folder, folder, problem) from error


def _read_split(
    name: str, folder: Path, split: Any, shape: tuple[int, int, int], num_classes: int
) -> LabelledImages:
    import tensorflow as tf

    paths = [Path(path) for path in split.filepaths]
    for path in paths:
        if not path.is_file():
            raise damaged(name, folder, path, "is missing")
    images = np.empty((split.num_examples, *shape), np.uint8)
    labels = np.empty(split.num_examples, np.int64)
    filled, problem = 0, ""
    try:
        for some_images, some_labels in _batches(paths, shape):
            stop = filled + len(some_labels)
            if stop <= len(labels):
                images[filled:stop], labels[filled:stop] = some_images, some_labels
            filled = stop
    except tf.errors.OpError as error:
        problem = first_line(error)
    if problem or filled != len(labels):
        path, problem = _find_damage(paths, split.shard_lengths) or (folder, problem)
        raise damaged(name, folder, path, f"is damaged ({problem})")
    if np.any((labels < 0) | (labels >= num_classes)):
        raise DataError(
            f"the split {split.name!r} in {folder} has labels that are no class "
            f"(expected 0 to {num_classes - 1}); kerasdl needs a set with a label for each image"
        )
    return LabelledImages(images, labels)


def _batches(paths: list[Path], shape: tuple[int, int, int]) -> tf.data.NumpyIterator:
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

    records = tf.data.TFRecordDataset([str(path) for path in paths], buffer_size=8 << 20)
    batches = records.batch(_RECORDS_AT_ONCE).map(decode, num_parallel_calls=tf.data.AUTOTUNE)
    return batches.prefetch(2).as_numpy_iterator()


def _find_damage(paths: list[Path], lengths: list[int]) -> tuple[Path, str] | None:
    """Returns the file whose records cannot be read or are too few or too many."""
    import tensorflow as tf

    for path, length in zip(paths, lengths, strict=True):
        records = tf.data.TFRecordDataset(str(path)).batch(_RECORDS_AT_ONCE)
        try:
            count = sum(len(some) for some in records.as_numpy_iterator())
        except tf.errors.OpError as error:
            return path, first_line(error)
        if count != length:
            return path, f"{count} examples in place of {length}"
    return None


def damaged(name: str, folder: Path, path: Path, problem: str) -> DataError:
    """Returns the error for a file of a prepared set that cannot be used."""
    return DataError(
        f"{path} {problem}; delete {folder} and prepare the set again: "
        f"{_prepare_again(name, folder)}"
    )


def _prepare_again(name: str, folder: Path) -> str:
    dataset, _, _ = split_name(name)
    home = folder.parent if folder.parent.name == dataset else folder.parent.parent
    return prepare_command(name, home.parent)


def first_line(error: Exception) -> str:
    """Returns what an error of TensorFlow says, without the names of nodes."""
    # TensorFlow adds the names of nodes: {{function_node ...}} before, [Op:...] name: after.
    message = str(getattr(error, "message", error))
    message = re.sub(r"\{\{.*?\}\}|\[Op:\w+\] name:", "", message).strip()
    return message.split("\n")[0][:200] or type(error).__name__
