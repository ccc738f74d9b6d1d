"""The catalogue says what is true, and answers at once."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasdl.data import DataError, catalogue, load_circles
from kerasdl.data.catalogue_entries import IMAGE_CLASSIFICATION, NUMERIC_CLASSIFICATION
from kerasdl.data.quiet import quiet_tfds
from kerasdl.data.tfds_names import image_set_names

IMAGES = [x for x in catalogue.entries() if x.task == IMAGE_CLASSIFICATION]


@pytest.mark.parametrize("name", [entry.name for entry in IMAGES])
def test_an_entry_is_what_its_source_says(name, tmp_path):
    entry = catalogue.find(name)
    assert entry is not None
    if entry.task == NUMERIC_CLASSIFICATION:
        info = load_circles().info
        assert info.counts == entry.examples
        assert len(info.class_names) == entry.num_classes
    elif entry.embedded:
        description = catalogue.describe(entry.name)
        counts = {split: facts["examples"] for split, facts in description["splits"].items()}
        assert counts == entry.examples
        assert description["image_shape"] == list(entry.image_shape)
        assert len(description["class_names"]) == entry.num_classes
    else:
        with quiet_tfds():
            features = tfds.builder(entry.name, data_dir=tmp_path).info.features
        assert features["image"].shape == entry.image_shape
        assert features["label"].num_classes == entry.num_classes


def test_embedded_sets_are_always_at_hand():
    status = catalogue.status("digits")
    assert status.prepared
    assert status.location == "scikit-learn (embedded)"
    assert catalogue.prepare("digits") is None


def test_the_status_of_a_set_that_has_to_be_prepared(tiny_mnist_folder, tmp_path):
    there = catalogue.status("mnist", tiny_mnist_folder)
    assert (there.prepared, there.location) == (True, str(tiny_mnist_folder / "mnist" / "3.0.1"))
    missing = catalogue.status("mnist", tmp_path)
    assert (missing.prepared, missing.location) == (False, None)
    assert missing.searched[0] == str(tmp_path)
    assert json.loads(json.dumps(missing.to_json()))["searched"] == list(missing.searched)


def test_a_description_counts_what_is_there(tiny_mnist_folder):
    description = json.loads(json.dumps(catalogue.describe("mnist", tiny_mnist_folder)))
    assert description["title"] == "MNIST"
    assert description["status"]["prepared"]
    assert description["splits"]["train"]["per_class"] == {str(digit): 9 for digit in range(10)}
    assert description["splits"]["test"]["examples"] == 30
    assert (description["splits"]["test"]["minimum"], description["splits"]["test"]["maximum"]) == (
        0,
        255,
    )


def test_a_description_of_what_is_not_prepared(tmp_path):
    assert "splits" not in catalogue.describe("mnist", tmp_path)
    assert catalogue.describe("kmnist", tmp_path)["status"]["prepared"] is False
    with pytest.raises(DataError, match="unknown data set 'mnits'; did you mean 'mnist'"):
        catalogue.describe("mnits", tmp_path)


def test_a_set_of_the_users_own_is_known_by_its_folder(tmp_path, write_set):
    write_set(tmp_path, "our_shapes", labels={"train": np.arange(3)})
    assert catalogue.describe("our_shapes", tmp_path)["splits"]["train"]["examples"] == 3
    with pytest.raises(DataError, match="did you mean 'our_shapes'"):
        catalogue.check_name("our_shape", tmp_path)


@pytest.mark.parametrize("name", ["mnist", "kmnist", "cifar100", "emnist", "eurosat", "beans"])
def test_the_sets_of_tfds_are_known_without_it(name):
    assert name in tfds.list_builders(with_community_datasets=False)
    assert name in image_set_names()
    assert catalogue.describe(name)["status"]["prepared"] is False


def test_names_are_checked_without_heavy_imports(tmp_path):
    code = (
        "import sys; from kerasdl.data import DataError, catalogue, load_circles\n"
        "catalogue.check_name('kmnist'); catalogue.status('mnist')\n"
        "try: catalogue.check_name('mnits')\n"
        "except DataError as error: print(error)\n"
        "print({'numpy', 'tensorflow', 'tensorflow_datasets', 'keras', 'sklearn'} & {*sys.modules})"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    message, modules = result.stdout.splitlines()
    assert "did you mean 'mnist'" in message
    assert modules == "set()"


def test_a_set_for_another_task_is_refused():
    with pytest.raises(DataError, match=r"'mnist' is for image classification; expected one for x"):
        catalogue.check_name("mnist", tasks=("x",))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "the name of the data is empty"),
        ("x" * 300, "cannot be looked for: File name too long"),
        ("~nobody-of-this-name/x", "unknown data set '~nobody-of-this-name/x'"),
    ],
)
def test_a_name_that_cannot_be_one(name, message):
    with pytest.raises(DataError, match=message):
        catalogue.check_name(name)


def test_a_path_goes_where_a_name_does_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mine").mkdir()
    assert catalogue.is_path("mine")
    assert catalogue.is_path("./mnist")
    assert not catalogue.is_path("mnist")
    catalogue.check_name("mine")
    with pytest.raises(DataError, match=r"unknown data set './yours'.*or a file or folder that ex"):
        catalogue.check_name("./yours")
