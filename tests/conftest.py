"""What every test needs before anything is imported."""

import os
from pathlib import Path

# No display, no start-up chatter: both are read at import.
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

ON_TENSORFLOW = os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow"


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leaves out the files that are about another backend than this run's.

    A file that imports TensorFlow differentiates with its tape, mostly in float64, which Keras
    has on no other backend, or traces with `tf.function`. In its place `test_backends.py`
    compares other backends with TensorFlow.
    """
    if collection_path.name == "test_backends.py":
        return True if ON_TENSORFLOW else None
    if ON_TENSORFLOW or collection_path.suffix != ".py":
        return None
    return True if "import tensorflow as tf" in collection_path.read_text("utf-8") else None
