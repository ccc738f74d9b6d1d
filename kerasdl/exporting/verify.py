"""Holds an exported model against the Keras model."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kerasdl.exporting.compare import comparison_cases, differences
from kerasdl.exporting.export_error import ExportError
from kerasdl.exporting.fresh_process import ask_fresh_process
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays
from kerasdl.exporting.task_sample import TaskSample

# By the least precise dtype that a model computes in. In 16 bits a graph, which
# fuses operations, rounds at other places than eager Keras: a rounding of a logit in
# 8..16 is up to 2^-5 (bfloat16) or 2^-8 (float16), and a quarter of that in a probability.
# These leave room for several such roundings; a wrong artefact is further off.
TOLERANCES = {"float32": 1e-4, "float16": 1e-2, "bfloat16": 5e-2}


def least_precise_dtype(servable: Servable) -> str:
    """Returns the key of `TOLERANCES` for what a model's layers compute in."""
    used = {layer.compute_dtype for layer in _layers(servable.model)}
    return next((dtype for dtype in ("bfloat16", "float16") if dtype in used), "float32")


@dataclass(frozen=True)
class Verified:
    """What a fresh process said of an export.

    Args:
        differences: Case, such as `"batch of 3"` -> output (of another signature than
            `serving_default`: `signature.output`) -> the largest difference from Keras.
        modules: The third-party packages that the process had loaded.
        milliseconds: How long it takes for a batch of 1, the median.
        task_outputs: What it answers to the examples of the task, if there are any.
    """

    differences: dict[str, dict[str, float]]
    modules: tuple[str, ...]
    milliseconds: float
    task_outputs: Arrays


def ask_keras(servable: Servable) -> dict[tuple[str, str], Arrays]:
    """Returns by signature and case what Keras answers to the sample.

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
            (name, case): references[name](inputs)
            for (name, case), inputs in _requests(servable).items()
            if name in references
        }


def verify(
    servable: Servable,
    saved_model: Path,
    references: dict[tuple[str, str], Arrays],
    tolerance: float,
    task: TaskSample | None = None,
) -> Verified:
    """Compares every signature, read back in a fresh process, with Keras.

    `serving_default`, and what has a reference of its own, is compared with Keras on
    batches of 1 and 3, `serving_default` on sequences of two lengths as well; what follows
    from its outputs and every other signature has to agree with it exactly.

    Args:
        servable: What was exported.
        saved_model: The folder it was written to.
        references: What `ask_keras` returned.
        tolerance: The largest difference that is allowed.
        task: Examples to ask for besides.

    Returns:
        What was found.

    Raises:
        ExportError: If any of that does not hold.
    """
    requests = _requests(servable)
    calls = [(name, inputs) for (name, _), inputs in requests.items()]
    if task is not None:
        calls.append(("serving_default", task.inputs))
    answers = ask_fresh_process(saved_model, calls)
    answered = dict(zip(requests, answers.outputs, strict=False))
    found: dict[str, dict[str, float]] = {case: {} for _, case in requests}
    for (name, case), reference in references.items():
        prefix = "" if name == "serving_default" else f"{name}."
        found[case] |= differences(answered[name, case], reference, case, tolerance, prefix)
    for (name, case), outputs in answered.items():
        default = answered["serving_default", case]
        if name == "serving_default":
            compared = {output: default[output] for output in references[name, case]}
            expected = compared | servable.derive(compared)
        elif servable.signatures[name].reference is None:
            expected = servable.signatures[name].response(default)
        else:
            expected = {output: outputs[output] for output in references[name, case]}
        _require_same(name, case, outputs, expected)
    task_outputs = {} if task is None else answers.outputs[-1]
    return Verified(found, answers.modules, answers.milliseconds, task_outputs)


def _requests(servable: Servable) -> dict[tuple[str, str], Arrays]:
    """By signature and case, its inputs; `serving_default` on a batch of 1 comes first."""
    specs = servable.signatures["serving_default"].inputs
    cases = comparison_cases(servable.sample, specs)
    names = sorted(servable.signatures, key="serving_default".__ne__)
    return {
        (name, case): servable.signatures[name].request(inputs)
        for name in names
        for case, inputs in cases.items()
        # Half a sequence may be none that a text or an image could have made.
        if name == "serving_default" or "," not in case
    }


def _require_same(signature: str, case: str, outputs: Arrays, expected: Arrays) -> None:
    if outputs.keys() != expected.keys():
        raise ExportError(
            f"signature {signature!r} answers {sorted(outputs)}, expected {sorted(expected)}"
        )
    for name, values in expected.items():
        if not np.array_equal(outputs[name], values):
            raise ExportError(
                f"{name!r} of signature {signature!r} contradicts the other answers in a {case}"
            )


def _layers(layer: Any) -> list[Any]:
    if not hasattr(layer, "layers"):
        return [layer]
    return [found for inner in layer.layers for found in _layers(inner)]
