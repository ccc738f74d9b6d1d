"""Loads saved models in a process of its own, for `check_fresh_process_reload`.

Usage: python -P reload_script.py FOLDER [MODULE...]

Every subfolder holds `model.keras` and `inputs.npz`; this writes the loaded variables and the
outputs beside them. It must import nothing of kerasdl by itself but `kerasdl`.
"""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np

import kerasdl  # noqa: F401 - what makes kerasdl's layers known


def reload(folder: Path) -> None:
    """Loads one model, runs it and writes what came out."""
    model = keras.saving.load_model(folder / "model.keras")
    with np.load(folder / "inputs.npz") as file:
        inputs = dict(file)
    _write(folder / "weights.npz", model.weights)
    _write(folder / "seeds.npz", [v for v in model.variables if v.name == "seed_generator_state"])
    for name, training in (("inference", False), ("training", True)):
        _write(folder / f"{name}.npz", keras.tree.flatten(model(inputs, training=training)))


def _write(path: Path, tensors: list[Any]) -> None:
    np.savez(path, *[keras.ops.convert_to_numpy(tensor) for tensor in tensors])


def main(folder: Path, modules: list[str]) -> None:
    """Imports the modules and reloads every model; an error is written beside its model."""
    for module in modules:
        importlib.import_module(module)
    for case in sorted(folder.iterdir()):
        try:
            reload(case)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            (case / "error.json").write_text(json.dumps(text), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
