"""Reads a prepared TFDS set that is one text for each split."""

from pathlib import Path
from typing import Any

from kerasdl.data.catalogue import title_of
from kerasdl.data.data_error import DataError
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.text_source import TextSource
from kerasdl.data.tfds_reader import damaged, first_line, open_set

_SPLITS = ("train", "validation", "test")


def read_prepared_text(name: str, folder: Path) -> TextSource:
    """Returns the texts of a prepared set; the examples of a split are joined.

    Args:
        name: the name of the set.
        folder: `<data folder>/<name>/[<config>/]<version>`.

    Raises:
        DataError: if the set is damaged, or holds no text or not all three splits.
    """
    with quiet_tfds():
        info = open_set(name, folder)
        check_text(name, info.features)
        missing = [split for split in _SPLITS if split not in info.splits]
        if missing:
            raise DataError(
                f"{folder} lacks the split {missing[0]!r}; expected train, validation and test"
            )
        splits = {split: _read_split(name, folder, info.splits[split]) for split in _SPLITS}
    return TextSource(name, title_of(name), str(info.version), str(folder), splits)


def check_text(name: str, features: Any) -> None:
    """Raises a DataError unless the TFDS features of a set are a text."""
    import tensorflow_datasets as tfds

    keys = list(features) if isinstance(features, tfds.features.FeaturesDict) else []
    if keys != ["text"] or not isinstance(features["text"], tfds.features.Text):
        raise DataError(
            f"{name} is no plain text: expected the one feature text; it has "
            f"{', '.join(sorted(keys)) or 'no named features'}"
        )


def _read_split(name: str, folder: Path, split: Any) -> str:
    import tensorflow as tf

    paths = [Path(path) for path in split.filepaths]
    for path in paths:
        if not path.is_file():
            raise damaged(name, folder, path, "is missing")
    feature = {"text": tf.io.FixedLenFeature([], tf.string)}
    records = tf.data.TFRecordDataset([str(path) for path in paths])
    try:
        texts = [
            tf.io.parse_single_example(record, feature)["text"].numpy().decode()
            for record in records
        ]
    except (tf.errors.OpError, UnicodeDecodeError) as error:
        raise damaged(name, folder, paths[0], f"is damaged ({first_line(error)})") from error
    return "\n".join(texts)
