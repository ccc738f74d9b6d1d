"""What the tests of models share."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def float64() -> ModuleType:
    """The equations of `float64.py`."""
    spec = importlib.util.spec_from_file_location("float64", Path(__file__).parent / "float64.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
