"""The sources of Python's standard library: text that is always at hand."""

import platform
import sysconfig
from pathlib import Path

from kerasdl.data.text_source import TextSource

LOCATION = "Python's standard library (embedded)"

# Every module small enough that no single one dominates.
_LARGEST = 40_000
# Of twenty modules one is for validation and one for test.
_OF = 20


def load_python_sources() -> TextSource:
    """Returns the standard library's top-level modules, whole modules in each split.

    In alphabetical order; those in plain ASCII, which nearly all are, so that the
    alphabet is that of a keyboard. Which modules there are depends on the version of Python.

    >>> source = load_python_sources()
    >>> all(len(text) > 20_000 and text.isascii() for text in source.splits.values())
    True
    """
    folder = Path(sysconfig.get_path("stdlib"))
    read = (path.read_bytes() for path in sorted(folder.glob("[a-z]*.py")))
    modules = [text.decode() for text in read if len(text) <= _LARGEST and text.isascii()]
    splits: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for number, module in enumerate(modules):
        split = {0: "validation", _OF // 2: "test"}.get(number % _OF, "train")
        splits[split].append(module)
    return TextSource(
        name="python_sources",
        title="sources of Python's standard library",
        version=f"Python {platform.python_version()}",
        location=LOCATION,
        splits={split: "\n".join(texts) for split, texts in splits.items()},
    )
