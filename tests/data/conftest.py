"""Small TFDS sets, written by TFDS itself, and a world without network and data folders."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kerasdl.data import network
from kerasdl.data.quiet import quiet_tfds

# Examples of each split of the small MNIST.
TINY = {"train": 90, "test": 30}


@pytest.fixture(autouse=True)
def _no_network_and_no_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv("TFDS_DATA_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr(
        network, "unreachable", lambda url, timeout=3.0: "data.example cannot be reached"
    )


def write_set(
    data_dir: Path,
    name: str,
    *,
    version: str = "3.0.1",
    config: str | None = None,
    shape: tuple[int | None, ...] = (28, 28, 1),
    labels: dict[str, np.ndarray] | None = None,
    class_names: list[str] | None = None,
    features: dict[str, Any] | None = None,
    shards: int = 1,
    file_format: str = "tfrecord",
) -> Path:
    """Lets TFDS write a set of random images, and returns its folder."""
    import tensorflow_datasets as tfds

    labels = labels or {split: np.arange(size) % 10 for split, size in TINY.items()}
    random = np.random.RandomState(0)
    sizes = tuple(size or 9 for size in shape)
    examples = {
        split: [
            {
                "image": random.randint(0, 256, sizes).astype(np.uint8),
                "label": int(label),
                "id": i,
                "text": f"Text {i} of {split}: {label}",
            }
            for i, label in enumerate(split_labels)
        ]
        for split, split_labels in labels.items()
    }
    classes = {"names": class_names} if class_names else {"num_classes": 10}
    all_features = features or {
        "image": tfds.features.Image(shape=shape),
        "label": tfds.features.ClassLabel(**classes),
        "id": tfds.features.Scalar(np.int64),
    }
    with quiet_tfds():
        builder = tfds.dataset_builders.store_as_tfds_dataset(
            name=name,
            version=version,
            config=config,
            features=tfds.features.FeaturesDict(all_features),
            split_datasets={
                split: [
                    (i, {key: example[key] for key in all_features})
                    for i, example in enumerate(some)
                ]
                for split, some in examples.items()
            },
            data_dir=data_dir,
            file_format=file_format,
            download_config=tfds.download.DownloadConfig(num_shards=shards, try_download_gcs=False),
            disable_shuffling=True,
        )
    return Path(builder.data_path)


@pytest.fixture(name="write_set")
def _write_set() -> Callable[..., Path]:
    return write_set


@pytest.fixture(scope="session")
def tiny_mnist_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small set named mnist, in two shards; not to be changed."""
    folder = tmp_path_factory.mktemp("tfds")
    write_set(folder, "mnist", shards=2)
    return folder


@pytest.fixture
def data_dir(tiny_mnist_folder: Path, tmp_path: Path) -> Path:
    """A data folder of the test's own with the small MNIST in it."""
    shutil.copytree(tiny_mnist_folder, tmp_path / "data")
    return tmp_path / "data"


_SHARED = os.environ.get("TFDS_DATA_DIR", "")
_MNIST_FOLDERS = ["tiny", *([_SHARED] if (Path(_SHARED) / "mnist" / "3.0.1").is_dir() else [])]


@pytest.fixture(params=_MNIST_FOLDERS, ids=["tiny", "real"][: len(_MNIST_FOLDERS)])
def mnist_folder(request: pytest.FixtureRequest, tiny_mnist_folder: Path) -> Path:
    """A data folder with MNIST: a small one, and the real one where it is prepared."""
    return tiny_mnist_folder if request.param == "tiny" else Path(request.param)
