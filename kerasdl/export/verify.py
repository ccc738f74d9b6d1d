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


def ask_keras(servable: Servable) -> dict[tuple[str, int], Arrays]:
    """Returns by signature and batch size what Keras answers to the sample.

    For `serving_default`, and for signatures with a `reference` of their own.

    On the CPU, as the fresh process does: a GPU may round float32 products to 10 bits.
    """
    import tensorflow as tf

    references = {
        name: signature.reference
        for name, signature in servable.signatures.items()
        if signature.reference is not None
    } | {"serving_default": servable.reference}
    with tf.device("CPU:0"):
        return {
            (name, size): reference(_request(servable, name, size))
            for name, reference in references.items()
            for size in BATCHES
        }


def verify(
    servable: Servable,
    saved_model: Path,
    references: dict[tuple[str, int], Arrays],
    tolerance: float,
) -> tuple[dict[int, dict[str, float]], tuple[str, ...]]:
    """Compares every signature, read back in a fresh process, with Keras.

    `serving_default`, and what has a reference of its own, is compared with Keras on
    batches of 1 and 3; what follows from its outputs and every other signature has to
    agree with it exactly.

    Args:
        servable: What was exported.
        saved_model: The folder it was written to.
        references: What `ask_keras` returned.
        tolerance: The largest difference that is allowed.

    Returns:
        By batch size and output (of another signature than `serving_default`:
        `signature.output`) the largest difference, and the third-party packages that
        the fresh process had loaded.

    Raises:
        ExportError: If any of that does not hold.
    """
    calls = [(name, size) for name in servable.signatures for size in BATCHES]
    requests = [(name, _request(servable, name, size)) for name, size in calls]
    answers = ask_fresh_process(saved_model, requests)
    answered = dict(zip(calls, answers.outputs, strict=True))
    differences: dict[int, dict[str, float]] = {size: {} for size in BATCHES}
    for (name, size), reference in references.items():
        prefix = "" if name == "serving_default" else f"{name}."
        differences[size] |= _differences(answered[name, size], reference, prefix, size, tolerance)
    for size in BATCHES:
        default, reference = answered["serving_default", size], references["serving_default", size]
        derived = servable.derive({name: default[name] for name in reference})
        consistent = {name: default[name] for name in reference} | derived
        _require_same("serving_default", size, default, consistent)
        for name, signature in servable.signatures.items():
            if signature.reference is None:
                expected = signature.response(default)
            else:
                expected = {
                    output: answered[name, size][output] for output in references[name, size]
                }
            _require_same(name, size, answered[name, size], expected)
    return differences, answers.modules


def _request(servable: Servable, name: str, size: int) -> Arrays:
    first = {key: values[:size] for key, values in servable.sample.items()}
    return servable.signatures[name].request(first)


def _differences(
    outputs: Arrays, reference: Arrays, prefix: str, size: int, tolerance: float
) -> dict[str, float]:
    differences = {}
    for name, expected in reference.items():
        found, name_ = outputs.get(name), prefix + name
        if found is None or found.shape != expected.shape:
            shape = None if found is None else found.shape
            raise ExportError(
                f"the exported {name_!r} has shape {shape} for a batch of {size}, "
                f"expected {expected.shape}"
            )
        difference = _difference(found, expected)
        # Written so that a difference of NaN fails.
        if not difference <= tolerance:
            raise ExportError(
                f"the exported {name_!r} differs from Keras by {difference:.3g} "
                f"in a batch of {size}, more than the tolerance of {tolerance:g}"
            )
        differences[name_] = difference
    return differences


def _difference(found: np.ndarray, expected: np.ndarray) -> float:
    if expected.dtype.kind != "f":
        # Words and whole numbers are equal, or they are not.
        return 0.0 if np.array_equal(found, expected) else float("inf")
    if not expected.size:
        return 0.0
    return float(np.max(np.abs(found.astype(np.float64) - expected.astype(np.float64))))


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
