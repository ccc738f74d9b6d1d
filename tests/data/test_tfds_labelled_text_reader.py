"""A prepared TFDS set of labelled texts, as imdb_reviews is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasdl.data import DataError, load_labelled_texts
from kerasdl.data.tfds_labelled_text_reader import read_prepared_labelled_texts


def features(names: list[str] = ["neg", "pos"]) -> dict[str, Any]:  # noqa: B006
    return {"text": tfds.features.Text(), "label": tfds.features.ClassLabel(names=names)}


@pytest.fixture
def reviews(tmp_path: Path, write_set: Any) -> Path:
    labels = {"train": np.arange(20) % 2, "test": np.array([1, 0, 1])}
    labels["unsupervised"] = np.zeros(2, int)
    return write_set(
        tmp_path, "imdb_reviews", config="plain_text", labels=labels, features=features()
    )


def test_a_set_is_loaded_by_its_name(reviews: Path, tmp_path: Path) -> None:
    data = load_labelled_texts("imdb_reviews", lowercase=True, data_dir=tmp_path)
    assert data.info.class_names == ("neg", "pos")
    assert data.info.counts == {"train": 18, "validation": 2, "test": 3}
    assert data.info.location == str(reviews)
    assert data.test.labels.tolist() == [1, 0, 1]
    assert data.test.texts == ("Text 0 of test: 1", "Text 1 of test: 0", "Text 2 of test: 1")


def test_a_file_that_is_damaged_or_missing(reviews: Path) -> None:
    (path,) = reviews.glob("*test*tfrecord*")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        read_prepared_labelled_texts("imdb_reviews", reviews)
    path.unlink()
    with pytest.raises(DataError, match="is missing"):
        read_prepared_labelled_texts("imdb_reviews", reviews)


def test_other_features_and_splits(tmp_path: Path, write_set: Any) -> None:
    folder = write_set(tmp_path, "pictures")
    with pytest.raises(DataError, match="pictures is no set for text classification: expected"):
        read_prepared_labelled_texts("pictures", folder)
    labels = {"test": np.array([1])}
    folder = write_set(tmp_path, "rest", labels=labels, features=features())
    with pytest.raises(DataError, match="has no split 'train'; it has test"):
        read_prepared_labelled_texts("rest", folder)
