"""Randomness: none at inference; in training from the layer's own seed generator alone."""

import inspect
from typing import Any

import keras

from kerasdl.testing.case import LayerCase, outputs_of, seed_states, to_numpy
from kerasdl.testing.comparison import differences, require

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

    rewind()
    one, two, three, four = _compiled_calls(case, layer)
    require(bool(differences(one, two)), CHECK, case, "two calls in one compiled function agree.")
    require(
        bool(differences(one, three)) and bool(differences(two, four)),
        CHECK,
        case,
        "two runs of one compiled function agree: its randomness is fixed when it is traced.",
    )


def _compiled_calls(case: LayerCase, layer: keras.layers.Layer) -> list[list[Any]]:
    """Two training calls in one compiled function, which runs twice."""
    arrays = case.arrays(batch=BATCH)

    def calls() -> tuple[list[Any], list[Any]]:
        one = outputs_of(case.call(layer, arrays, training=True))
        return one, outputs_of(case.call(layer, arrays, training=True))

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        run = tf.function(calls, autograph=False)
        return [[to_numpy(output) for output in outputs] for _ in range(2) for outputs in run()]
    if keras.backend.backend() == "jax":
        import jax

        @jax.jit
        def stateless(values: list[Any]) -> tuple[tuple[list[Any], list[Any]], list[Any]]:
            mapping = list(zip(layer.variables, values, strict=True))
            with keras.StatelessScope(state_mapping=mapping) as scope:
                outputs = calls()
            new = [scope.get_current_value(v) for v in layer.variables]
            kept = [v if n is None else n for v, n in zip(values, new, strict=True)]
            return outputs, kept

        results, values = [], [v.value for v in layer.variables]
        for _ in range(2):
            outputs, values = stateless(values)
            results += [[to_numpy(tensor) for tensor in one] for one in outputs]
        return results
    return [[to_numpy(output) for output in outputs] for _ in range(2) for outputs in calls()]
