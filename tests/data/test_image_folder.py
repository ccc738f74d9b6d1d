"""A folder of images by class becomes a data set; what is wrong with it is told in one line."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kerasdl.data import DataError, load_images
from kerasdl.data.image_folder import read_image_folder
from kerasdl.exporting.read_images import read_images

COLOURS = {"cat": (200, 10, 10), "dog": (10, 200, 10), "eel": (10, 10, 200)}


def draw(path, colour, size=(8, 8), mode="RGB"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).convert(mode).save(path)


@pytest.fixture
def folder(tmp_path):
    """Three classes, five images each, of all sizes, in two formats, one level deeper or not."""
    for number, (name, colour) in enumerate(COLOURS.items()):
        for index in range(5):
            inner = "more" if index == 4 else "."
            suffix = "png" if index % 2 else "jpg"
            size = (5 + 3 * index, 9 + number)
            draw(tmp_path / "animals" / name / inner / f"{index}.{suffix}", colour, size)
    return tmp_path / "animals"


def test_classes_colours_and_sizes(folder):
    source = read_image_folder(folder, (6, 7))
    assert source.name == "animals"
    assert source.class_names == ("cat", "dog", "eel")
    assert source.image_shape == (6, 7, 3)
    train = source.splits["train"]
    assert np.bincount(train.labels).tolist() == [5, 5, 5]
    for image, label in zip(train.images, train.labels, strict=True):
        # JPEG rounds colours.
        expected = list(COLOURS.values())[label]
        assert np.abs(image.astype(int) - expected).max() <= 4


def test_images_are_read_as_predict_reads_them(folder):
    source = read_image_folder(folder, (4, 4))
    first = read_images(folder / "cat" / "0.jpg", (4, 4, 3)).images[0]
    np.testing.assert_array_equal(source.splits["train"].images[0], first)


def test_grey_images_have_one_channel_unless_one_has_colour(folder):
    for path in folder.rglob("*.*g"):
        Image.open(path).convert("L").save(path)
    assert read_image_folder(folder, (4, 4)).image_shape == (4, 4, 1)
    assert read_image_folder(folder, (4, 4), channels=3).image_shape == (4, 4, 3)
    draw(folder / "cat" / "red.png", (255, 0, 0))
    assert read_image_folder(folder, (4, 4)).image_shape == (4, 4, 3)
    assert read_image_folder(folder, (4, 4), channels=1).image_shape == (4, 4, 1)


def test_a_folder_is_divided_class_by_class(tmp_path):
    for name, count in (("cat", 20), ("dog", 40), ("eel", 1)):
        for index in range(count):
            draw(tmp_path / name / f"{index}.png", (index, 0, 0))
    data = load_images(str(tmp_path), image_shape=(2, 2, 3), seed=1)
    assert np.bincount(data.test.labels).tolist() == [2, 4]
    assert np.bincount(data.validation.labels).tolist() == [2, 4]
    assert np.bincount(data.train.labels).tolist() == [16, 32, 1]
    assert "10% of each class are taken" in data.info.reason
    other = load_images(str(tmp_path), image_shape=(2, 2, 3), seed=2)
    np.testing.assert_array_equal(data.test.images, other.test.images)
    assert not np.array_equal(data.validation.images, other.validation.images)


def test_classes_too_small_to_be_divided(tmp_path):
    for path in ("cat/0.png", "cat/1.png", "dog/0.png"):
        draw(tmp_path / path, (1, 2, 3))
    with pytest.raises(DataError, match="too few examples of each class to be divided; 3 of one"):
        load_images(str(tmp_path))


@pytest.mark.parametrize("validation", ["validation", "val", "Valid"])
def test_a_folder_may_be_split_already(tmp_path, validation):
    for split, count in {"train": 4, validation: 2, "test": 1}.items():
        for name, colour in COLOURS.items():
            for index in range(count):
                draw(tmp_path / split / name / f"{index}.png", colour)
    info = load_images(str(tmp_path)).info
    assert info.counts == {"train": 12, "validation": 6, "test": 3}
    assert info.class_names == ("cat", "dog", "eel")


def test_a_class_may_be_called_train(tmp_path):
    for name in ("train", "tram"):
        draw(tmp_path / name / "0.png", (1, 2, 3))
    assert read_image_folder(tmp_path, (4, 4)).class_names == ("train", "tram")


@pytest.mark.parametrize("other", ["test", "extra"])
def test_what_lies_beside_the_splits_makes_them_no_classes(tmp_path, other):
    for name in ("train/cat", "train/dog"):
        draw(tmp_path / name / "0.png", (1, 2, 3))
    draw(tmp_path / other / "0.png", (1, 2, 3))
    problem = {
        "test": "holds no folder for each class; move it away, or sort it",
        "extra": "lies beside a folder of training examples by class and is neither validation nor",
    }
    with pytest.raises(DataError, match=f"{tmp_path / other} {problem[other]}"):
        read_image_folder(tmp_path, (4, 4))
    (tmp_path / other).rename(tmp_path / ".hidden")
    assert read_image_folder(tmp_path, (4, 4)).class_names == ("cat", "dog")


def test_splits_that_are_not_sorted_are_no_classes(tmp_path):
    for name in ("train", "test"):
        draw(tmp_path / name / "cat.0.png", (1, 2, 3))
    with pytest.raises(DataError, match="holds no folder for each class; move it away, or sort it"):
        read_image_folder(tmp_path, (4, 4))


def test_the_folder_of_a_class_that_may_not_be_read(folder, monkeypatch):
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "dog":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(DataError, match="dog cannot be read: Permission denied"):
        read_image_folder(folder, (4, 4))


def test_unreadable_images_are_named_and_left_out_or_an_error(folder):
    (folder / "cat" / "broken.png").write_bytes(b"no image")
    (folder / "dog" / "empty.jpg").touch()
    (folder / "dog" / "link.jpg").symlink_to("nowhere")
    (folder / "dog" / "zoom.png").write_bytes((folder / "dog" / "1.png").read_bytes()[:45])
    (folder / "cat" / "notes.txt").write_text("They are cats.")
    (folder / "cat" / ".DS_Store").touch()
    (folder / ".cache").mkdir()
    info = load_images(str(folder)).info
    assert sum(info.counts.values()) == 15
    assert (
        f"4 of 19 images left out: {folder / 'cat' / 'broken.png'} is not an image" in info.reason
    )
    assert f"{folder / 'dog' / 'empty.jpg'} is empty" in info.reason
    assert "; ...." in info.reason
    assert "Files that are no images: 1" in info.reason
    with pytest.raises(DataError, match=r"broken\.png is not an image.*4 of 19 images cannot be"):
        load_images(str(folder), strict=True)


def test_size_and_channels_are_those_asked_for_or_the_usual_ones(folder):
    assert load_images(str(folder)).info.image_shape == (28, 28, 3)
    info = load_images(str(folder), preferred="cifar10").info
    assert info.image_shape == (32, 32, 3)
    assert info.reason == f"animals from {folder}. Resized to 32x32 (height x width). " + (
        "It has no test split: 10% of each class are taken."
    )
    assert load_images(str(folder), image_shape=(9, None, 1)).info.image_shape == (9, 28, 1)
    with pytest.raises(DataError, match="received no height and width for the images"):
        load_images(str(folder), preferred="cars196")


def test_another_folder_has_another_version(folder):
    version = read_image_folder(folder, (4, 4)).version
    assert read_image_folder(folder, (5, 5)).version == version
    (folder / "cat" / "0.jpg").rename(folder / "cat" / "00.jpg")
    assert read_image_folder(folder, (4, 4)).version != version


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "x.csv").touch()
    with pytest.raises(DataError, match=r"x\.csv is a file; expected a folder with a subfolder"):
        load_images(str(tmp_path / "x.csv"))


def test_a_folder_without_images(tmp_path):
    with pytest.raises(DataError, match=r"is no folder of images by class: it holds no image"):
        load_images(str(tmp_path))
    draw(tmp_path / "a.png", (1, 2, 3))
    with pytest.raises(DataError, match="its images lie in no subfolder"):
        load_images(str(tmp_path))


def test_a_class_without_images(tmp_path):
    draw(tmp_path / "cat" / "0.png", (1, 2, 3))
    (tmp_path / "dog").mkdir()
    with pytest.raises(DataError, match=r"dog holds no image; fill the folder of this class"):
        load_images(str(tmp_path))


def test_one_class_alone(tmp_path):
    draw(tmp_path / "cat" / "0.png", (1, 2, 3))
    with pytest.raises(DataError, match="has images of one class alone, 'cat'; expected a sub"):
        load_images(str(tmp_path))
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "0.png").touch()
    with pytest.raises(DataError, match="has readable images of one class alone, 'cat'"):
        load_images(str(tmp_path))


def test_no_readable_image(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.png").touch()
    with pytest.raises(DataError, match="has readable images of no class"):
        load_images(str(tmp_path))


def test_a_class_that_is_only_tested(tmp_path):
    for path in ("train/cat", "train/dog", "test/eel"):
        draw(tmp_path / path / "0.png", (1, 2, 3))
    with pytest.raises(DataError, match="has images of the class 'eel' for test and none for tr"):
        load_images(str(tmp_path))


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "iterdir", refuse)
    with pytest.raises(DataError, match="cannot be read: Permission denied"):
        load_images(str(tmp_path))


def test_more_images_than_memory(folder):
    with pytest.raises(DataError, match=r"15 images, which take .* GiB at 99999x99999; this mach"):
        read_image_folder(folder, (99_999, 99_999))
