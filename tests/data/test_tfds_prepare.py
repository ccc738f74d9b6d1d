"""A set is downloaded by TFDS itself, from a server in this process; failures leave nothing."""

import functools
import http.server
import threading
from pathlib import Path

import numpy as np
import pytest
import tensorflow_datasets as tfds

from kerasdl.data import DataError, DataUnavailableError, catalogue, load_images, network
from kerasdl.data.tfds_folders import find_prepared


class KerasdlShapes(tfds.core.GeneratorBasedBuilder):
    """A set that TFDS has to download; `ADDRESS` and `failure` are set by each test."""

    VERSION = tfds.core.Version("1.2.0")
    ADDRESS = ""
    failure: BaseException | None = None

    def _info(self):
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(28, 28, 1)),
                    "label": tfds.features.ClassLabel(names=["square", "disk"]),
                }
            )
        )

    def _split_generators(self, dl_manager):
        path = dl_manager.download(self.ADDRESS)
        return {"train": self._generate_examples(path), "test": self._generate_examples(path)}

    def _generate_examples(self, path):
        for index, value in enumerate(Path(path).read_bytes()):
            if index == 5 and self.failure is not None:
                raise self.failure
            yield index, {"image": np.full((28, 28, 1), value, np.uint8), "label": index % 2}


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A web server with the file of the set."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setattr(network, "unreachable", lambda url, timeout=3.0: None)
    files = tmp_path / "files"
    files.mkdir()
    (files / "values.bin").write_bytes(bytes(range(20)))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    handler = functools.partial(Quiet, directory=files)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{running.server_port}/values.bin"
        monkeypatch.setattr(KerasdlShapes, "ADDRESS", address)
        yield address
        running.shutdown()
        thread.join()


def test_a_download_is_announced_and_lands_in_the_data_folder(server, tmp_path, capsys):
    data_dir = tmp_path / "new"
    folder = catalogue.prepare("kerasdl_shapes", data_dir)
    assert folder == data_dir / "kerasdl_shapes" / "1.2.0"
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"Downloading kerasdl_shapes into {data_dir}\n")
    assert "Dl Completed" in printed.err  # the progress bar of TFDS
    data = load_images("kerasdl_shapes", data_dir=data_dir)
    assert data.info.class_names == ("square", "disk")
    assert sorted(data.test.images[:, 0, 0, 0]) == list(range(20))
    assert catalogue.prepare("kerasdl_shapes", data_dir) == folder
    assert capsys.readouterr().err == ""


def test_load_images_downloads_what_is_not_prepared_and_says_so(server, capsys):
    data = load_images(preferred="kerasdl_shapes")
    assert data.info.name == "kerasdl_shapes"
    assert data.info.location == str(Path.home() / "tensorflow_datasets/kerasdl_shapes/1.2.0")
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("Downloading kerasdl_shapes into ") == 1


@pytest.mark.parametrize(
    "failure", [OSError(28, "No space left on device"), ValueError("no such pixel\nsecond line")]
)
def test_a_failure_half_way_leaves_nothing_that_looks_prepared(
    server, tmp_path, monkeypatch, failure
):
    monkeypatch.setattr(KerasdlShapes, "failure", failure)
    with pytest.raises(DataUnavailableError, match=r"No space left|no such pixel") as caught:
        catalogue.prepare("kerasdl_shapes", tmp_path / "new")
    assert "\n" not in str(caught.value)
    assert find_prepared("kerasdl_shapes", tmp_path / "new") is None
    assert not (tmp_path / "new" / "kerasdl_shapes").exists()
    # Once the cause is gone, the same command works.
    monkeypatch.setattr(KerasdlShapes, "failure", None)
    assert catalogue.prepare("kerasdl_shapes", tmp_path / "new") is not None


def test_an_interruption_half_way_leaves_nothing_that_looks_prepared(server, tmp_path, monkeypatch):
    monkeypatch.setattr(KerasdlShapes, "failure", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        catalogue.prepare("kerasdl_shapes", tmp_path / "new")
    assert find_prepared("kerasdl_shapes", tmp_path / "new") is None


def test_a_file_that_is_gone_from_the_server(server, tmp_path, monkeypatch):
    monkeypatch.setattr(KerasdlShapes, "ADDRESS", server.replace("values", "gone"))
    with pytest.raises(DataUnavailableError, match=r"could not be downloaded.*404"):
        catalogue.prepare("kerasdl_shapes", tmp_path / "new")


def test_without_a_network_nothing_is_tried(tmp_path, monkeypatch):
    def never(self, *arguments, **options):
        raise AssertionError

    monkeypatch.setattr(KerasdlShapes, "download_and_prepare", never)
    with pytest.raises(DataUnavailableError, match=r"data\.example cannot be reached"):
        catalogue.prepare("kerasdl_shapes", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_host_of_the_data_is_the_one_that_is_asked(tmp_path, monkeypatch):
    asked = []

    def unreachable(url, timeout=3.0):
        asked.append(url)
        return "it cannot be reached"

    monkeypatch.setattr(network, "unreachable", unreachable)
    for name in ("mnist", "cifar10"):
        with pytest.raises(DataUnavailableError):
            catalogue.prepare(name, tmp_path)
    assert asked[0].startswith("https://storage.googleapis.com/cvdf-datasets/mnist/")
    assert asked[1].startswith("https://www.cs.toronto.edu/")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnist:0.0.1", "mnist:0.0.1 cannot be prepared: "),
        ("imagenet2012", "images of imagenet2012 are uint8 of shape"),
        ("ag_news_subset", "ag_news_subset is no set for image classification"),
    ],
)
def test_what_cannot_be_used_is_not_downloaded(tmp_path, name, message):
    with pytest.raises(DataError, match=message) as caught:
        catalogue.prepare(name, tmp_path)
    assert not isinstance(caught.value, DataUnavailableError)
