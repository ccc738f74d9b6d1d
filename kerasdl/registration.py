"""How kerasdl's classes become known to Keras by name."""

import importlib
from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")

# The packages whose import registers everything that a `.keras` file may name.
REGISTERING_PACKAGES = ("kerasdl.layers", "kerasdl.losses", "kerasdl.models", "kerasdl.schedules")


def public(cls: T) -> T:
    """Registers a class with Keras under the package name `kerasdl`.

    A model that holds the class is then saved as `kerasdl>ClassName` and can be
    loaded by any process that has imported `kerasdl`.
    """
    import keras

    register: Callable[[T], T] = keras.saving.register_keras_serializable(package="kerasdl")
    return register(cls)


def register_all(keras: ModuleType) -> None:
    """Imports all that kerasdl registers; called when `keras` has been imported."""
    for package in REGISTERING_PACKAGES:
        importlib.import_module(package)
