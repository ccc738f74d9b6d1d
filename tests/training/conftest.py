import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from kerasdl.training.run import Run


@pytest.fixture(scope="session")
def archive() -> Callable[[Path], dict[str, np.ndarray]]:
    """Reads every array of a `.keras` file: weights, optimizer and random state."""

    def read(path: Path) -> dict[str, np.ndarray]:
        arrays: dict[str, np.ndarray] = {}

        def note(name: str, item: h5py.Dataset | h5py.Group) -> None:
            if isinstance(item, h5py.Dataset):
                arrays[name] = np.asarray(item)

        with zipfile.ZipFile(path) as outer:
            content = io.BytesIO(outer.read("model.weights.h5"))
        with h5py.File(content) as weights:
            weights.visititems(note)
        return arrays

    return read


@pytest.fixture(scope="session")
def assert_same_run(archive: Callable[[Path], dict[str, np.ndarray]]) -> Callable[[Run, Run], None]:
    """Checks that two runs computed the same, to the last bit."""

    def check(one: Run, other: Run) -> None:
        timings = {"seconds", "train_seconds", "step_seconds", "input_wait_seconds"}
        assert {k: v for k, v in one.history.items() if k not in timings} == {
            k: v for k, v in other.history.items() if k not in timings
        }
        assert one.test == other.test
        for file in ("last", "best"):
            first = archive(getattr(one.folder, file))
            second = archive(getattr(other.folder, file))
            assert list(first) == list(second)
            assert any(name.startswith("optimizer") for name in first)
            assert any("seed_generator" in name for name in first)
            for name, values in first.items():
                np.testing.assert_array_equal(values, second[name], err_msg=name)

    return check
