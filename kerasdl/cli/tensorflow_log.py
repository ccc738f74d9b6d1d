"""Keeps TensorFlow's chatter off the screen."""

import logging
import os
import sys

from kerasdl.standard_error import held_back_stderr


def load_tensorflow() -> None:
    """Imports TensorFlow and Keras, silently unless that fails or `--debug` is given.

    Its warnings, such as of functions that are traced often, are advice to whoever writes a
    program. And its C++ code writes to the file descriptor itself, before its log
    level is read; so the descriptor is what has to be quiet.
    """
    if "--debug" in sys.argv:
        _start()
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with held_back_stderr():
        _start()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)


def _start() -> None:
    import keras  # noqa: F401
    import tensorflow as tf

    # Looks for GPU libraries, and says so.
    tf.config.list_physical_devices()
