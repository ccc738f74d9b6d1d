"""Every layer computes on this backend what it computes on TensorFlow, random numbers included.

On TensorFlow the layers are compared with loops in float64 and with central differences, neither
of which Keras has on JAX. Only other backends collect this file (see `tests/conftest.py`).
"""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from kerasdl.testing import LayerCase
from kerasdl.testing.comparison import difference

SCRIPT = Path(__file__).with_name("backend_results.py")
SPEC = importlib.util.spec_from_file_location("backend_results", SCRIPT)
assert SPEC is not None
assert SPEC.loader is not None
backend_results = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(backend_results)


@pytest.fixture(scope="module")
def on_tensorflow(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, np.ndarray]:
    path = tmp_path_factory.mktemp("backends") / "tensorflow.npz"
    environment = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join(entry or os.getcwd() for entry in sys.path),
    }
    subprocess.run([sys.executable, "-P", str(SCRIPT), str(path)], env=environment, check=True)
    with np.load(path) as file:
        return dict(file)


@pytest.mark.parametrize("case", backend_results.load_cases(), ids=lambda case: case.name)
def test_outputs_and_gradients_are_those_on_tensorflow(
    case: LayerCase, on_tensorflow: Mapping[str, np.ndarray]
) -> None:
    prefix = f"{case.name}: "
    expected = {
        name.removeprefix(prefix): array
        for name, array in on_tensorflow.items()
        if name.startswith(prefix)
    }
    received = backend_results.results(case)
    assert any("output" in name for name in expected)
    assert expected.keys() <= received.keys()
    for name, array in received.items():
        # What TensorFlow finds unconnected has a gradient of zeros on JAX.
        other = expected.get(name, np.zeros_like(array))
        tolerance = 1e-5 if "output" in name else 1e-4  # rounding, which gradients add up
        assert difference(array, other, tolerance) == "", name
