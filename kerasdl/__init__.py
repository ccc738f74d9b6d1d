"""kerasdl: Keras 3 layers you can trust, and recipes that run with one command.

Importing this package loads neither Keras nor TensorFlow: its parts are
imported when they are first used (PEP 562), so that `kerasdl --help` answers
at once.

    >>> import kerasdl
    >>> layer = kerasdl.layers.InvertedDropout(rate=0.2, seed=1)
"""

import importlib
from typing import TYPE_CHECKING, Any

import wrapt

from kerasdl.version import __version__

if TYPE_CHECKING:
    from kerasdl import (
        data,
        diagnostics,
        exporting,
        layers,
        losses,
        models,
        ops,
        plots,
        prediction,
        schedules,
        testing,
        training,
    )
    from kerasdl.cli.main import run_script
    from kerasdl.exporting.export import export
    from kerasdl.training.run import Run
    from kerasdl.training.runner import train

# Public name -> the module it lives in; a name that is itself a module maps to itself.
_LAZY = {
    "data": "kerasdl.data",
    "diagnostics": "kerasdl.diagnostics",
    "exporting": "kerasdl.exporting",
    "layers": "kerasdl.layers",
    "losses": "kerasdl.losses",
    "models": "kerasdl.models",
    "ops": "kerasdl.ops",
    "plots": "kerasdl.plots",
    "prediction": "kerasdl.prediction",
    "schedules": "kerasdl.schedules",
    "testing": "kerasdl.testing",
    "training": "kerasdl.training",
    "Run": "kerasdl.training.run",
    "export": "kerasdl.exporting.export",
    "run_script": "kerasdl.cli.main",
    "train": "kerasdl.training.runner",
}

__all__ = [
    "Run",
    "__version__",
    "data",
    "diagnostics",
    "export",
    "exporting",
    "layers",
    "losses",
    "models",
    "ops",
    "plots",
    "prediction",
    "run_script",
    "schedules",
    "testing",
    "train",
    "training",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'kerasdl' has no attribute {name!r}")
    module = importlib.import_module(_LAZY[name])
    return module if module.__name__ == f"kerasdl.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return sorted(__all__)


# A `.keras` file names its layers, and Keras finds only those that are
# registered. Once both kerasdl and Keras are imported, in whichever order, all
# of kerasdl's are.
wrapt.register_post_import_hook("kerasdl.registration:register_all", "keras")
