"""Saving: a `.keras` file brings back the same layer, also in a fresh process."""

import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import keras
import numpy as np

from kerasdl.testing.case import LayerCase, outputs_of, to_numpy
from kerasdl.testing.comparison import config_difference, differences, require
from kerasdl.testing.contract_error import LayerContractError
from kerasdl.testing.functional_model import flat, functional_model

CHECK = "saving"
FRESH_PROCESS = "fresh_process"
_RELOAD_SCRIPT = Path(__file__).with_name("reload_script.py")


def check_saving(case: LayerCase) -> None:
    """Checks that a model with the layer is the same after `save` and `load_model`.

    Configuration, weights and outputs are compared, for random layers also the outputs in
    training. A `.keras` file holds the seed, not how far its stream has been used: a loaded
    layer draws what a new layer with the same seed draws.

    Args:
        case: The layer.
    """
    layer = case.make_built()
    model = functional_model(case, layer)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        save(model, path)
        loaded = keras.saving.load_model(path)
    other = loaded.get_layer(layer.name)
    lost = config_difference(other.get_config(), layer.get_config())
    require(not lost, CHECK, case, f"the loaded layer has another configuration: {lost}")
    text = differences(loaded.weights, model.weights, tolerance=0)
    require(not text, CHECK, case, f"the loaded weights differ: {text}")
    inputs = flat(case.arrays())
    for training in (False, True) if case.is_random(layer) else (False,):
        text = differences(
            outputs_of(loaded(inputs, training=training)),
            outputs_of(model(inputs, training=training)),
        )
        require(
            not text, CHECK, case, f"with training={training} the loaded outputs differ: {text}"
        )


def check_fresh_process_reload(*cases: LayerCase) -> None:
    """Checks that models saved here are the same in a process that imports only `kerasdl`.

    One process loads the models of all cases, since starting it takes seconds.

    Args:
        cases: Layers; those from outside kerasdl name the modules to import in `imports`.
    """
    failures = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = [_save(case, folder / str(i)) for i, case in enumerate(cases)]
        imports = sorted({module for case in cases for module in case.imports})
        stderr = _run_reload(folder, imports)
        for i, case in enumerate(cases):
            try:
                _compare(case, folder / str(i), expected[i], stderr)
            except LayerContractError as failure:
                failures.append(failure)
    if failures:
        message = "\n".join(str(failure) for failure in failures)
        raise LayerContractError(message, FRESH_PROCESS, failures)


def save(model: keras.Model, path: Path) -> None:
    """Saves a model; that TensorFlow's variables lag behind NumPy's protocol is not its fault."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        model.save(path)


def _save(case: LayerCase, folder: Path) -> dict[str, list[np.ndarray]]:
    folder.mkdir()
    model = functional_model(case, case.make_built())
    save(model, folder / "model.keras")
    inputs = flat(case.arrays())
    np.savez(folder / "inputs.npz", **inputs)
    return {
        "weights": [to_numpy(weight) for weight in model.weights],
        "inference": [to_numpy(output) for output in outputs_of(model(inputs, training=False))],
        "training": [to_numpy(output) for output in outputs_of(model(inputs, training=True))],
    }


def _run_reload(folder: Path, imports: list[str]) -> str:
    """Runs the loading process, which finds the same packages as this one; returns its stderr."""
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "KERAS_BACKEND": keras.backend.backend(),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # -P: the script's own folder is no place to import from.
    command = [sys.executable, "-P", str(_RELOAD_SCRIPT), str(folder), *imports]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stderr[-2000:] if done.returncode else ""


def _compare(
    case: LayerCase, folder: Path, expected: dict[str, list[np.ndarray]], stderr: str
) -> None:
    error = folder / "error.json"
    if error.exists():
        message = json.loads(error.read_text("utf-8"))
        require(False, FRESH_PROCESS, case, f"the fresh process cannot load it: {message}")
    require(
        (folder / "training.npz").exists(),
        FRESH_PROCESS,
        case,
        f"the fresh process ended early: {stderr}",
    )
    for what, arrays in expected.items():
        with np.load(folder / f"{what}.npz") as file:
            loaded = [file[f"arr_{i}"] for i in range(len(file.files))]
        text = differences(loaded, arrays)
        require(not text, FRESH_PROCESS, case, f"{what} differ in the fresh process: {text}")
