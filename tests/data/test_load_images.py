"""Sets are chosen, divided and accounted for; what cannot be had is told in one line."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from kerasdl.data import DataError, DataUnavailableError, load_images


def test_auto_takes_mnist_where_it_is_prepared(mnist_folder):
    data = load_images(data_dir=mnist_folder)
    info = data.info
    assert (info.name, info.requested, info.version) == ("mnist", "auto", "3.0.1")
    assert info.location == str(mnist_folder / "mnist" / "3.0.1")
    assert info.reason == f"MNIST 3.0.1 from {info.location}."
    counts = {"train": len(data.train), "validation": len(data.validation), "test": len(data.test)}
    assert info.counts == counts
    assert counts["validation"] == round(0.1 * (counts["train"] + counts["validation"]))


def test_auto_falls_back_and_says_so(tmp_path):
    data = load_images(data_dir=tmp_path)
    assert (data.info.name, data.info.requested) == ("digits", "auto")
    assert data.info.reason.startswith(f"MNIST is not prepared in {tmp_path} or ")
    assert "could not be downloaded (data.example cannot be reached)" in data.info.reason
    assert data.info.reason.endswith(": scikit-learn's handwritten digits instead.")


def test_auto_reports_damage_and_does_not_fall_back(data_dir):
    (data_dir / "mnist/3.0.1/features.json").unlink()
    with pytest.raises(DataError, match=r"features\.json is missing"):
        load_images(data_dir=data_dir)


def test_the_folder_of_the_environment_is_used(tiny_mnist_folder, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(tiny_mnist_folder))
    assert load_images().info.name == "mnist"


def test_insisting_tells_where_to_put_the_data(tmp_path):
    with pytest.raises(DataUnavailableError) as caught:
        load_images("mnist", data_dir=tmp_path)
    told = str(caught.value)
    assert "\n" not in told
    assert f"put the prepared set into {tmp_path / 'mnist' / '3.0.1'}" in told
    assert told.endswith(f"kerasdl data prepare mnist --data-dir {tmp_path}")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnits", "unknown data set 'mnits'; did you mean 'mnist'"),
        ("MNIST", "did you mean 'mnist'"),
        ("cifar_100", "did you mean 'cifar10"),
        ("qwertz_uiop", "unknown data set 'qwertz_uiop'; `kerasdl data list`"),
        ("../mnist", "unknown data set '../mnist'"),
    ],
)
def test_unknown_names(name, message):
    with pytest.raises(DataError, match=message):
        load_images(name)


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_a_wrong_data_folder_is_told_whatever_was_asked_for(tmp_path, name):
    with pytest.raises(DataError, match="nowhere does not exist"):
        load_images(name, data_dir=tmp_path / "nowhere")


def test_the_embedded_set_needs_no_folder(tmp_path):
    info = load_images("digits", data_dir=tmp_path / "nowhere").info
    assert (info.name, info.requested) == ("digits", "digits")
    assert info.reason.endswith("which need no download.")


def test_without_a_shape_the_images_are_taken_as_they_are(tmp_path, write_set):
    write_set(tmp_path, "cifar10", version="3.0.2", shape=(32, 32, 3))
    data = load_images("cifar10", data_dir=tmp_path)
    assert data.info.image_shape == data.train.images.shape[1:] == (32, 32, 3)


def test_images_are_brought_to_the_shape_that_is_asked_for(tmp_path, write_set):
    write_set(tmp_path, "cifar10", version="3.0.2", shape=(32, 32, 3))
    as_they_are = load_images("cifar10", data_dir=tmp_path)
    data = load_images("cifar10", image_shape=(28, 28, 1), data_dir=tmp_path)
    assert data.info.image_shape == data.test.images.shape[1:] == (28, 28, 1)
    assert data.info.reason.endswith(
        "RGB converted to grey. Resized from 32x32 to 28x28 (height x width)."
    )
    image = Image.fromarray(as_they_are.test.images[0]).convert("L").resize((28, 28), 2)
    np.testing.assert_array_equal(data.test.images[0, :, :, 0], image)
    wide = load_images("digits", image_shape=(None, 30, None))
    assert wide.info.image_shape == (28, 30, 1)


def test_validation_is_carved_from_train_by_the_seed_and_test_is_untouched(tiny_mnist_folder):
    whole = load_images("mnist", data_dir=tiny_mnist_folder, validation_fraction=0.5)
    for seed in (0, 1):
        data = load_images("mnist", data_dir=tiny_mnist_folder, validation_fraction=0.2, seed=seed)
        again = load_images("mnist", data_dir=tiny_mnist_folder, validation_fraction=0.2, seed=seed)
        assert data.info.counts == {"train": 72, "validation": 18, "test": 30}
        np.testing.assert_array_equal(data.validation.images, again.validation.images)
        np.testing.assert_array_equal(data.test.images, whole.test.images)
        # The images are random: each is known by its pixels.
        parts = [*data.train.images, *data.validation.images]
        all_of_train = [*whole.train.images, *whole.validation.images]
        assert {part.tobytes() for part in parts} == {part.tobytes() for part in all_of_train}
        assert len({part.tobytes() for part in parts}) == 90
    other = load_images("mnist", data_dir=tiny_mnist_folder, validation_fraction=0.2, seed=2)
    assert not np.array_equal(data.validation.images, other.validation.images)


@pytest.mark.parametrize(
    ("splits", "counts", "reason"),
    [
        (
            {"train": 40, "validation": 7, "test": 5},
            {"train": 40, "validation": 7, "test": 5},
            r"shapes/1\.0\.0\.$",
        ),
        (
            {"train": 40, "validation": 7},
            {"train": 36, "validation": 4, "test": 7},
            "its validation split is the test split here",
        ),
        (
            {"train": 40},
            {"train": 32, "validation": 4, "test": 4},
            "10% of its training examples are taken",
        ),
    ],
)
def test_sets_with_other_splits(tmp_path, write_set, splits, counts, reason):
    labels = {split: np.arange(size) % 10 for split, size in splits.items()}
    write_set(tmp_path, "shapes", version="1.0.0", labels=labels)
    info = load_images("shapes", data_dir=tmp_path).info
    assert info.counts == counts
    assert re.search(reason, info.reason)


@pytest.mark.parametrize("labels", [{"train": [0, 1]}, {"train": range(9), "test": []}])
def test_sets_that_are_too_small_to_divide(tmp_path, write_set, labels):
    folder = write_set(tmp_path, "shapes", labels={"train": np.arange(9), "test": np.arange(1)})
    info = json.loads((folder / "dataset_info.json").read_text())
    splits = [split for split in info["splits"] if split["name"] in labels]
    for split in splits:
        size = len(labels[split["name"]])
        split["shardLengths"] = [str(size)] if size else []
    (folder / "dataset_info.json").write_text(json.dumps(info | {"splits": splits}))
    shard = next(folder.glob("*train.tfrecord*"))
    shard.write_bytes(first_records(shard.read_bytes(), len(labels["train"])))
    with pytest.raises(DataError, match=r"too few examples \(train: \d"):
        load_images("shapes", data_dir=tmp_path)


def first_records(content: bytes, count: int) -> bytes:
    end = 0
    for _ in range(count):  # length (8 bytes), checksum (4), content, checksum (4)
        end += int.from_bytes(content[end : end + 8], "little") + 16
    return content[:end]


@pytest.mark.parametrize("fraction", [0.0, 1.0, -0.1])
def test_a_fraction_outside_of_0_to_1_is_refused(fraction):
    with pytest.raises(DataError, match=f"between 0 and 1; received {fraction}"):
        load_images("digits", validation_fraction=fraction)


def test_samples_are_the_first_test_images_as_files(tmp_path):
    data = load_images("digits")
    data.write_samples(tmp_path / "samples", count=2)
    files = sorted((tmp_path / "samples").iterdir())
    assert [file.name for file in files] == [
        f"{index}-is-{data.test.labels[index]}.png" for index in range(2)
    ]
    for index, file in enumerate(files):
        np.testing.assert_array_equal(
            np.asarray(Image.open(file)), data.test.images[index, :, :, 0]
        )


def test_batches_of_all_three_parts():
    data = load_images("digits")
    steps = data.steps_per_epoch(100)
    assert steps == len(data.train) // 100
    seen = [labels.numpy() for _, labels in data.epoch_batches(100, seed=1, epoch=0)]
    assert np.bincount(np.concatenate(seen)).sum() == 100 * steps
    resumed = next(iter(data.epoch_batches(100, seed=1, epoch=0, first_step=steps - 1)))
    np.testing.assert_array_equal(resumed[1], seen[-1])
    for part, batches in (
        (data.validation, data.validation_batches(50)),
        (data.test, data.test_batches(50)),
    ):
        images = np.concatenate([images.numpy() for images, _ in batches])
        labels = np.concatenate([labels.numpy() for _, labels in batches])
        np.testing.assert_array_equal(images, part.images)
        np.testing.assert_array_equal(labels, part.labels)


def test_images_are_augmented_in_training_alone():
    def darken(batch, seed):
        images, labels = batch
        return images // 2, labels

    data = load_images("digits")
    changed = data.augmented(darken, darken)
    assert data.augmentation is None
    plain, quarter = (next(iter(some.epoch_batches(8, 0, 0)))[0] for some in (data, changed))
    np.testing.assert_array_equal(quarter, plain // 4)
    plain, same = (next(iter(some.test_batches(8)))[0] for some in (data, changed))
    np.testing.assert_array_equal(same, plain)
