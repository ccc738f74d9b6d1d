"""What TensorFlow has to say to programmers is not said to users."""

import logging
import sys
from collections.abc import Iterator

import pytest

from kerasdl.cli.tensorflow_log import load_tensorflow


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("tensorflow")
    before = logger.level
    logger.setLevel(logging.WARNING)
    yield logger
    logger.setLevel(before)


@pytest.mark.parametrize("words", [[], ["--debug"]])
def test_warnings_are_for_those_who_debug(
    words: list[str], logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["kerasdl", "info", *words])
    load_tensorflow()
    assert logger.isEnabledFor(logging.WARNING) == bool(words)
    assert logger.isEnabledFor(logging.ERROR)
