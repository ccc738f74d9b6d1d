"""Reads a prepared TFDS set of labelled texts into memory."""

from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.data.catalogue import title_of
from kerasdl.data.data_error import DataError
from kerasdl.data.labelled_text_source import LabelledTextSource
from kerasdl.data.labelled_texts import LabelledTexts
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.tfds_reader import damaged, first_line, open_set

_SPLITS = ("train", "validation", "test")
_RECORDS_AT_ONCE = 512


def read_prepared_labelled_texts(name: str, folder: Path) -> LabelledTextSource:
    """Returns the splits `train`, `validation` and `test` of a prepared set, as far as it has them.

    Args:
        name: the name of the set.
        folder: `<data folder>/<name>/[<config>/]<version>`.

    Raises:
        DataError: if the set is damaged, is none of labelled texts, or has no split `train`.
    """
    with quiet_tfds():
        info = open_set(name, folder)
        class_names = text_classes(name, info.features)
        if "train" not in info.splits:
            raise DataError(
                f"{folder} has no split 'train'; it has {', '.join(info.splits) or 'none'}"
            )
        splits = {
            split: _read_split(name, folder, info.splits[split])
            for split in _SPLITS
            if split in info.splits
        }
    return LabelledTextSource(
        name, title_of(name), str(info.version), str(folder), class_names, splits
    )


def text_classes(name: str, features: Any) -> tuple[str, ...]:
    """Returns the names of the classes.

    Args:
        name: the name of the set.
        features: the TFDS features of the set.

    Raises:
        DataError: if they are not a text and a class label.
    """
    import tensorflow_datasets as tfds

    keys = list(features) if isinstance(features, tfds.features.FeaturesDict) else []
    text: Any = features["text"] if "text" in keys else None
    label = features["label"] if "label" in keys else None
    if not isinstance(text, tfds.features.Text) or not isinstance(label, tfds.features.ClassLabel):
        raise DataError(
            f"{name} is no set for text classification: expected the features text (a text) and "
            f"label (a class); it has {', '.join(sorted(keys)) or 'no named features'}"
        )
    return tuple(label.names)


def _read_split(name: str, folder: Path, split: Any) -> LabelledTexts:
    import tensorflow as tf

    paths = [Path(path) for path in split.filepaths]
    for path in paths:
        if not path.is_file():
            raise damaged(name, folder, path, "is missing")
    feature_types = {
        "text": tf.io.FixedLenFeature([], tf.string),
        "label": tf.io.FixedLenFeature([], tf.int64),
    }
    records = tf.data.TFRecordDataset([str(path) for path in paths]).batch(_RECORDS_AT_ONCE)
    texts: list[str] = []
    labels: list[int] = []
    try:
        for some in records:
            features = tf.io.parse_example(some, feature_types)
            texts += (text.decode() for text in features["text"].numpy())
            labels += features["label"].numpy().tolist()
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise damaged(name, folder, paths[0], f"is damaged ({first_line(error)})") from error
    return LabelledTexts(tuple(texts), np.array(labels, np.int64))
