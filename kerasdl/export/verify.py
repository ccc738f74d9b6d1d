"""Holds an exported model against the Keras model."""

from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.export.export_error import ExportError
from kerasdl.export.fresh_process import ask_fresh_process
from kerasdl.export.servable import Servable
from kerasdl.export.signature import Arrays

BATCHES = (1, 3)

# By the least precise dtype that a model computes in. In 16 bits a graph, which
# fuses operations, rounds at other places than eager Keras: a rounding of a logit in
# 8..16 is up to 2^-5 (bfloat16) or 2^-8 (float16), and a quarter of that in a probability.
# These leave room for several such roundings; a wrong artefact is further off.
TOLERANCES = {"float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}


def least_precise_dtype(servable: Servable) -> str:
    """Returns the key of `TOLERANCES` for what a model's layers compute in."""
    used = {layer.compute_dtype for layer in _layers(servable.model)}
    return next((dtype for dtype in ("bfloat16", "float16") if dtype in used), "float32")


def ask_keras(servable: Servable) -> dict[int, Arrays]:
    """Returns by batch size what `servable.reference` answers to the sample.

    On the CPU, as the fresh process does: a GPU may round float32 products to 10 bits.
    """
    import tensorflow as tf

    with tf.device("CPU:0"):
        return {size: servable.reference(_first(servable, size)) for size in BATCHES}


def verify(
    servable: Servable, saved_model: Path, references: dict[int, Arrays], tolerance: float
) -> tuple[dict[int, dict[str, float]], tuple[str, ...]]:
    """Compares every signature, read back in a fresh process, with Keras.

    `serving_default` is compared with Keras on batches of 1 and 3; what follows
    from its outputs and every other signature has to agree with it exactly.

    Args:
        servable: What was exported.
        saved_model: The folder it was written to.
        references: What `ask_keras` returned.
        tolerance: The largest difference that is allowed.

    Returns:
        By batch size and output the largest difference, and the third-party
        packages that the fresh process had loaded.

    Raises:
        ExportError: If any of that does not hold.
    """
    calls = [(name, size) for name in servable.signatures for size in references]
    requests = [
        (name, servable.signatures[name].request(_first(servable, size))) for name, size in calls
    ]
    answers = ask_fresh_process(saved_model, requests)
    answered = dict(zip(calls, answers.outputs, strict=True))
    differences = {}
    for size, reference in references.items():
        default = answered["serving_default", size]
        differences[size] = _differences(default, reference, size, tolerance)
        derived = servable.derive({name: default[name] for name in reference})
        consistent = {name: default[name] for name in reference} | derived
        _require_same("serving_default", size, default, consistent)
        for name, signature in servable.signatures.items():
            _require_same(name, size, answered[name, size], signature.response(default))
    return differences, answers.modules


def _first(servable: Servable, size: int) -> Arrays:
    return {name: values[:size] for name, values in servable.sample.items()}


def _differences(
    outputs: Arrays, reference: Arrays, size: int, tolerance: float
) -> dict[str, float]:
    differences = {}
    for name, expected in reference.items():
        found = outputs.get(name)
        if found is None or found.shape != expected.shape:
            shape = None if found is None else found.shape
            raise ExportError(
                f"the exported {name!r} has shape {shape} for a batch of {size}, "
                f"expected {expected.shape}"
            )
        difference = float(np.max(np.abs(found.astype(np.float64) - expected.astype(np.float64))))
        # Written so that a difference of NaN fails.
        if not difference <= tolerance:
            raise ExportError(
                f"the exported {name!r} differs from Keras by {difference:.3g} "
                f"in a batch of {size}, more than the tolerance of {tolerance:g}"
            )
        differences[name] = difference
    return differences


def _require_same(signature: str, size: int, outputs: Arrays, expected: Arrays) -> None:
    if outputs.keys() != expected.keys():
        raise ExportError(
            f"signature {signature!r} answers {sorted(outputs)}, expected {sorted(expected)}"
        )
    for name, values in expected.items():
        if not np.array_equal(outputs[name], values):
            raise ExportError(
                f"{name!r} of signature {signature!r} contradicts the other answers "
                f"in a batch of {size}"
            )


def _layers(layer: Any) -> list[Any]:
    if not hasattr(layer, "layers"):
        return [layer]
    return [found for inner in layer.layers for found in _layers(inner)]
