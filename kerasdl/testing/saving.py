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

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import config_difference, differences, require
from kerasdl.testing.contract_error import LayerContractError
from kerasdl.testing.functional_model import flat, functional_model
from kerasdl.testing.layer_state import goes_on, seed_states
from kerasdl.testing.tensors import outputs_of, to_numpy

CHECK = "saving"
FRESH_PROCESS = "fresh_process"
# Some layers a second; this only ends a process that hangs.
TIMEOUT_SECONDS = 900
_RELOAD_SCRIPT = Path(__file__).with_name("reload_script.py")


def check_saving(case: LayerCase) -> None:
    """Checks that a model with the layer is the same after `save` and `load_model`.

    Configuration, weights, outputs and, where a layer is random, the states of its seed
    generators and its outputs in training are compared: for a model that has never drawn a random
    number and for one that has. A `RandomLayer` goes on where it stood when it was saved; a layer
    that leaves its seeds to Keras may also start over, as a new layer with the same seed.

    Args:
        case: The layer.
    """
    for used in (False, True) if case.is_random(case.make_built()) else (False,):
        _check_saved(case, used)


def _check_saved(case: LayerCase, used: bool) -> None:
    layer = case.make_built()
    model = functional_model(case, layer)
    inputs = flat(case.arrays())
    beginning = [to_numpy(state) for state in seed_states(layer)]
    if used:
        model(inputs, training=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        save(model, path)
        loaded = keras.saving.load_model(path)
    other = loaded.get_layer(layer.name)
    lost = config_difference(other.get_config(), layer.get_config())
    require(not lost, CHECK, case, f"the loaded layer has another configuration: {lost}")
    text = differences(loaded.weights, model.weights, tolerance=0)
    require(not text, CHECK, case, f"the loaded weights differ: {text}")
    random = case.is_random(layer)
    text = differences(seed_states(other), seed_states(layer), tolerance=0)
    starts_over = used and not differences(seed_states(other), beginning, tolerance=0)
    if goes_on(layer) or (random and not starts_over):
        require(not text, CHECK, case, f"the loaded seed states differ: {text}")
    # Where one goes on and the other starts over, training has to differ.
    for training in (False, True) if random and not text else (False,):
        difference = differences(
            outputs_of(loaded(inputs, training=training)),
            outputs_of(model(inputs, training=training)),
        )
        require(
            not difference,
            CHECK,
            case,
            f"with training={training} the loaded outputs differ: {difference}",
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
        reason = _run_reload(folder, imports)
        for i, case in enumerate(cases):
            try:
                _compare(case, folder / str(i), expected[i], reason)
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
    layer = case.make_built()
    model = functional_model(case, layer)
    inputs = flat(case.arrays())
    np.savez(folder / "inputs.npz", **inputs)
    if goes_on(layer):
        model(inputs, training=True)  # so that its random numbers have a place to go on from
    save(model, folder / "model.keras")
    states = seed_states(model) if goes_on(layer) or case.is_random(layer) else []
    return {
        "seeds": [to_numpy(state) for state in states],
        "weights": [to_numpy(weight) for weight in model.weights],
        "inference": [to_numpy(output) for output in outputs_of(model(inputs, training=False))],
        "training": [to_numpy(output) for output in outputs_of(model(inputs, training=True))],
    }


def _run_reload(folder: Path, imports: list[str]) -> str:
    """Runs the loading process, which finds the same packages as this one.

    Returns why it ended early, or nothing.
    """
    path = os.pathsep.join(entry or os.getcwd() for entry in sys.path)
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "KERAS_BACKEND": keras.backend.backend(),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    # -P: the script's own folder is no place to import from.
    command = [sys.executable, "-P", str(_RELOAD_SCRIPT), str(folder), *imports]
    try:
        done = subprocess.run(  # noqa: S603 (our own script, no shell)
            command,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it was not done after {TIMEOUT_SECONDS} seconds, and was stopped."
    return done.stderr[-2000:] if done.returncode else ""


def _compare(
    case: LayerCase, folder: Path, expected: dict[str, list[np.ndarray]], reason: str
) -> None:
    error = folder / "error.json"
    if error.exists():
        message = json.loads(error.read_text("utf-8"))
        require(False, FRESH_PROCESS, case, f"the fresh process cannot load it: {message}")
    require(
        (folder / "training.npz").exists(),
        FRESH_PROCESS,
        case,
        f"the fresh process ended early: {reason}",
    )
    for what, arrays in expected.items():
        if what == "seeds" and not arrays:
            continue  # the layer's random numbers are never used
        with np.load(folder / f"{what}.npz") as file:
            loaded = [file[f"arr_{i}"] for i in range(len(file.files))]
        text = differences(loaded, arrays)
        require(not text, FRESH_PROCESS, case, f"{what} differ in the fresh process: {text}")
