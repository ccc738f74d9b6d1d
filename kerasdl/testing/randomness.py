"""Randomness: none at inference; in training from the layer's own seed generator alone."""

import inspect
from collections.abc import Callable
from typing import Any

import keras

from kerasdl.testing.case import LayerCase
from kerasdl.testing.comparison import differences, require
from kerasdl.testing.layer_state import seed_states
from kerasdl.testing.tensors import outputs_of, to_numpy

CHECK = "randomness"

BATCH = 32  # so many rows that equal outputs by chance are out of the question


def check_randomness(case: LayerCase) -> None:
    """Checks that inference is deterministic and training random, but reproducible by `seed`.

    Args:
        case: The layer; `case.random` says whether it is random in training.
    """
    layer = case.make_built()
    arrays = case.arrays(batch=BATCH)
    states = seed_states(layer)

    def run(training: bool, other: keras.layers.Layer | None = None) -> list[Any]:
        outputs = outputs_of(case.call(other or layer, arrays, training=training))
        return [to_numpy(output) for output in outputs]

    before = [to_numpy(state) for state in states]
    require(
        not differences(run(False), run(False), 0), CHECK, case, "inference is not deterministic."
    )
    require(
        not differences([to_numpy(state) for state in states], before, 0),
        CHECK,
        case,
        "inference uses up random numbers: the seed state changes.",
    )

    variables = [to_numpy(v) for v in layer.variables]

    def rewind() -> None:
        for variable, value in zip(layer.variables, variables, strict=True):
            variable.assign(value)

    first = run(True)
    if not case.is_random(layer):
        rewind()
        same = not differences(run(True), first, 0)
        require(same, CHECK, case, "training is random, though the layer should not be.")
        return
    require(bool(states), CHECK, case, "the layer is random, but has no SeedGenerator.")
    differ = bool(differences(run(True), first))
    require(differ, CHECK, case, "two calls in training give the same outputs.")
    rewind()
    same = not differences(run(True), first)
    require(
        same,
        CHECK,
        case,
        "with the seed state set back training gives other outputs: "
        "it draws from something besides the SeedGenerator.",
    )

    twins = [case.make_built(name="layer") for _ in range(2)]
    same = not differences(run(True, twins[0]), run(True, twins[1]))
    require(same, CHECK, case, "two layers with the same seed give different outputs.")
    require(
        "seed" in inspect.signature(type(layer).__init__).parameters,
        CHECK,
        case,
        "the layer is random, but takes no `seed`.",
    )
    others = [case.make_built(seed=seed) for seed in (101, 202)]
    differ = bool(differences(run(True, others[0]), run(True, others[1])))
    require(differ, CHECK, case, "different seeds give the same outputs.")

    for way, calls in _compiled_calls(case, layer).items():
        rewind()
        (one, two), (three, four) = calls(), calls()
        differ = bool(differences(one, two))
        require(differ, CHECK, case, f"under {way} two calls in one function agree.")
        differ = bool(differences(one, three)) and bool(differences(two, four))
        require(
            differ,
            CHECK,
            case,
            f"under {way} two runs of one function agree: randomness is fixed at tracing.",
        )


def _compiled_calls(
    case: LayerCase, layer: keras.layers.Layer
) -> dict[str, Callable[[], tuple[list[Any], list[Any]]]]:
    """Functions that make two training calls, by the way in which they are compiled."""
    arrays = case.arrays(batch=BATCH)

    def two_calls() -> tuple[list[Any], list[Any]]:
        one = outputs_of(case.call(layer, arrays, training=True))
        return one, outputs_of(case.call(layer, arrays, training=True))

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return {
            "tf.function": tf.function(two_calls, autograph=False),
            "XLA": tf.function(two_calls, autograph=False, jit_compile=True),
        }

    import jax

    @jax.jit
    def stateless(values: list[Any]) -> tuple[tuple[list[Any], list[Any]], list[Any]]:
        mapping = list(zip(layer.variables, values, strict=True))
        with keras.StatelessScope(state_mapping=mapping) as scope:
            outputs = two_calls()
        return outputs, [scope.get_current_value(variable) for variable in layer.variables]

    def stateful() -> tuple[list[Any], list[Any]]:
        outputs, values = stateless([variable.value for variable in layer.variables])
        for variable, value in zip(layer.variables, values, strict=True):
            variable.assign(value)
        return outputs

    return {"jax.jit": stateful}
