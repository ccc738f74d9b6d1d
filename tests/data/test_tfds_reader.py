"""Prepared sets are read whole and right; real damage is named with its cure."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasdl.data import DataError
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.tfds_reader import read_prepared


def test_the_content_is_what_tfds_reads(mnist_folder):
    folder = mnist_folder / "mnist" / "3.0.1"
    source = read_prepared("mnist", folder)
    assert source.title == "MNIST"
    assert source.version == "3.0.1"
    assert source.class_names == tuple("0123456789")
    with quiet_tfds():
        builder = tfds.builder_from_directory(folder)
        config = tfds.ReadConfig(interleave_cycle_length=1, try_autocache=False)
        expected = next(
            iter(builder.as_dataset(split="test", batch_size=10**6, read_config=config))
        )
    assert len(source.splits["train"]) == builder.info.splits["train"].num_examples
    np.testing.assert_array_equal(source.splits["test"].images, expected["image"])
    np.testing.assert_array_equal(source.splits["test"].labels, expected["label"])


def test_class_names_colours_and_three_splits(tmp_path, write_set):
    labels = {"train": np.arange(6) % 3, "validation": np.array([0]), "test": np.array([2, 1])}
    names = ["cat", "dog", "eel"]
    folder = write_set(tmp_path, "pets", shape=(5, 7, 3), labels=labels, class_names=names)
    source = read_prepared("pets", folder)
    assert source.class_names == ("cat", "dog", "eel")
    assert source.image_shape == (5, 7, 3)
    assert {split: some.labels.tolist() for split, some in source.splits.items()} == {
        split: some.tolist() for split, some in labels.items()
    }


def truncate(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size * 2 // 3)


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def cut_whole_records(path: Path) -> None:
    # A record is its length (8 bytes), a checksum (4), its content and a checksum (4).
    length = int.from_bytes(path.read_bytes()[:8], "little") + 16
    path.write_bytes(path.read_bytes()[:length])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def double(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


SHARD = "mnist-test.tfrecord-00001-of-00002"


@pytest.mark.parametrize(
    ("file", "damage", "message"),
    [
        (SHARD, truncate, "is damaged"),
        (SHARD, flip_a_byte, "is damaged"),
        (SHARD, cut_whole_records, r"is damaged \(1 examples in place of 15\)"),
        (SHARD, empty, r"is damaged \(0 examples in place of 15\)"),
        (SHARD, double, r"is damaged \(30 examples in place of 15\)"),
        (SHARD, Path.unlink, "is missing"),
        ("dataset_info.json", truncate, r"is damaged \(not JSON\)"),
        ("dataset_info.json", empty, r"is damaged \(not JSON\)"),
        ("dataset_info.json", Path.unlink, "is missing"),
        ("features.json", truncate, r"is damaged \(not JSON\)"),
        ("features.json", Path.unlink, "is missing"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_damage_is_one_line_with_the_file_and_the_cure(data_dir, file, damage, message):
    folder = data_dir / "mnist" / "3.0.1"
    damage(folder / file)
    with pytest.raises(DataError, match=f"{file} {message}") as caught:
        read_prepared("mnist", folder)
    told = str(caught.value)
    assert f"delete {folder} and prepare the set again: " in told
    assert told.endswith(f"kerasdl data prepare mnist --data-dir {data_dir}")
    assert "\n" not in told


@pytest.mark.parametrize("damage", [truncate, flip_a_byte])
def test_damage_in_the_mnist_at_hand(mnist_folder, tmp_path, damage):
    folder = tmp_path / "mnist" / "3.0.1"
    folder.mkdir(parents=True)
    for path in (mnist_folder / "mnist" / "3.0.1").iterdir():
        shutil.copyfile(path, folder / path.name)  # not the permissions: the original is read-only
    shard = sorted(folder.glob("mnist-train.tfrecord*"))[0]
    damage(shard)
    with pytest.raises(DataError, match=f"{shard.name} is damaged"):
        read_prepared("mnist", folder)


@pytest.mark.parametrize(
    ("file", "content"), [("features.json", {"pythonClassName": "no.Such"}), ("features.json", [])]
)
def test_json_that_tfds_does_not_understand(data_dir, file, content):
    folder = data_dir / "mnist" / "3.0.1"
    (folder / file).write_text(json.dumps(content))
    with pytest.raises(DataError, match=r"3.0.1 cannot be read by TFDS \(.*prepare the set again"):
        read_prepared("mnist", folder)


def test_a_file_that_may_not_be_read(data_dir, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(DataError, match=r"dataset_info\.json cannot be read: Permission denied"):
        read_prepared("mnist", data_dir / "mnist" / "3.0.1")


def test_an_image_of_another_size_than_the_features_say(tmp_path, write_set):
    folder = write_set(tmp_path, "mnist", shape=(6, 6, 1))
    # The features say 5x5 where the images are 6x6.
    features = json.loads((folder / "features.json").read_text())
    image = features["featuresDict"]["features"]["image"]["image"]
    image["shape"]["dimensions"] = ["5", "5", "1"]
    (folder / "features.json").write_text(json.dumps(features))
    with pytest.raises(DataError, match=r"3\.0\.1 is damaged \(.*delete .*3\.0\.1 and"):
        read_prepared("mnist", folder)


def test_sets_for_other_tasks_are_refused(tmp_path, write_set):
    number = {"id": tfds.features.Scalar(np.int64)}
    with pytest.raises(DataError, match=r"numbers is no set for image classification.*it has id"):
        read_prepared("numbers", write_set(tmp_path, "numbers", features=number))


def test_images_of_many_sizes_are_refused(tmp_path, write_set):
    with pytest.raises(DataError, match=r"uint8 of shape \(None, None, 3\); expected .* one size"):
        read_prepared("photos", write_set(tmp_path, "photos", shape=(None, None, 3)))


def test_a_set_without_a_training_split_is_refused(tmp_path, write_set):
    folder = write_set(tmp_path, "exam", labels={"test": np.arange(4)})
    with pytest.raises(DataError, match="has no split 'train'; it has test"):
        read_prepared("exam", folder)


def test_missing_labels_are_told(tmp_path, write_set):
    folder = write_set(tmp_path, "exam", labels={"train": np.arange(4), "test": np.full(4, -1)})
    with pytest.raises(DataError, match=r"split 'test' .* labels that are no class .*0 to 9"):
        read_prepared("exam", folder)


def test_other_file_formats_are_refused(tmp_path, write_set):
    folder = write_set(tmp_path, "arrays", file_format="array_record")
    with pytest.raises(DataError, match="stored as array_record, and kerasdl reads tfrecord"):
        read_prepared("arrays", folder)
