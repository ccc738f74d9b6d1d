"""Outputs and gradients of every contract case, on whichever backend Keras has.

`test_backends.py` runs this file in a process of its own, where KERAS_BACKEND is another:
`python backend_results.py FILE.npz`.
"""

import importlib.util
import sys
from pathlib import Path

import numpy as np

from kerasdl.testing import LayerCase
from kerasdl.testing.differentiation import differentiate


def load_cases() -> list[LayerCase]:
    spec = importlib.util.spec_from_file_location(
        "contract", Path(__file__).with_name("test_contract.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.load_cases()


def results(case: LayerCase) -> dict[str, np.ndarray]:
    """Arrays by name; what has no gradient is left out."""
    arrays = {}
    for mode in ("inference", "training") if case.is_random(case.make()) else ("inference",):
        found = differentiate(case, case.make_built(), training=mode == "training")
        # Weights by number: Keras counts layers of the same name within a process.
        parts = {
            "output": dict(enumerate(found.outputs)),
            "gradient of weight": dict(enumerate(found.weights.values())),
            "gradient of input": found.inputs,
        }
        for part, named in parts.items():
            for name, array in named.items():
                if array is not None:
                    arrays[f"{mode}, {part} {name}"] = array
    return arrays


if __name__ == "__main__":
    np.savez(
        sys.argv[1],
        **{
            f"{case.name}: {name}": array
            for case in load_cases()
            for name, array in results(case).items()
        },
    )
