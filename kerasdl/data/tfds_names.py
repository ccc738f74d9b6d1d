"""The names of the image classification sets of tensorflow-datasets, without importing it.

An import of TFDS takes over a second, too long to say that a name is misspelt.
Its sources tell the names: a set has a folder under `datasets/`, or a class in
a file under `image_classification/`.
"""

import importlib.util
import re
import sys
from functools import cache
from pathlib import Path

_CLASS = re.compile(r"^class (\w+)\(", re.MULTILINE)


def image_set_names() -> frozenset[str]:
    """Returns the names, among names of some sets that are for other tasks.

    If TFDS is imported already, the builders that it has registered by now are
    among them, also those of the user.

    >>> {"mnist", "kmnist", "cifar100"} <= image_set_names()
    True
    """
    tfds = sys.modules.get("tensorflow_datasets")
    registered = tfds.list_builders(with_community_datasets=False) if tfds else ()
    return _names_in_sources().union(registered)


@cache
def _names_in_sources() -> frozenset[str]:
    spec = importlib.util.find_spec("tensorflow_datasets")
    if spec is None or spec.origin is None:
        return frozenset()
    package = Path(spec.origin).parent
    names = {path.name for path in (package / "datasets").iterdir()}
    for path in (package / "image_classification").rglob("*.py"):
        if path.name.endswith("_dataset_builder.py"):
            names.add(path.parent.name)
        else:
            names.update(map(_snake_case, _CLASS.findall(path.read_text(encoding="utf-8"))))
    return frozenset(names)


def _snake_case(class_name: str) -> str:
    """Returns the name that TFDS gives to the set of a class."""
    words = re.sub(r"(.)([A-Z][a-z0-9]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()
