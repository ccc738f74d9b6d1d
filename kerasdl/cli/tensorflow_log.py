"""Keeps TensorFlow's start-up chatter off the screen."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


def load_tensorflow() -> None:
    """Imports TensorFlow and Keras, silently unless that fails or `--debug` is given.

    TensorFlow's C++ code writes to the file descriptor itself, before its log
    level is read; so the descriptor is what has to be quiet.
    """
    if "--debug" in sys.argv:
        _start()
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with held_back_stderr():
        _start()


def _start() -> None:
    import keras  # noqa: F401
    import tensorflow as tf

    # Looks for GPU libraries, and says so.
    tf.config.list_physical_devices()


@contextlib.contextmanager
def held_back_stderr() -> Iterator[None]:
    """Holds back what is written to standard error, and prints it if the block fails."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as held:
        real = os.dup(2)
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            sys.stderr.flush()
            held.seek(0)
            os.write(real, held.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)
