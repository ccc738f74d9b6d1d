"""The packages that a format needs, which not everybody has."""

import contextlib
import importlib
import importlib.metadata
import logging
import warnings
from collections.abc import Iterator
from types import ModuleType

from kerasdl.standard_error import held_back_stderr
from kerasdl.user_error import UserError


def require_package(name: str, extra: str) -> ModuleType:
    """Imports a package of an extra.

    Raises:
        UserError: If it is not installed.
    """
    try:
        with quiet():
            return importlib.import_module(name)
    except ImportError as error:
        raise UserError(
            f"this format needs the package {name.partition('.')[0]}. "
            f"Install it with: pip install 'kerasdl[{extra}]'"
        ) from error


def version_of(distribution: str) -> str:
    """Returns a distribution's name and version."""
    return f"{distribution} {importlib.metadata.version(distribution)}"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what converters log and warn of off the terminal; errors are told by kerasdl."""
    loggers = [logging.getLogger(name) for name in ("tensorflow", "absl", "tf2onnx", "openvino")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), held_back_stderr(tell_failure=False):
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
