"""Every layer exported from `kerasdl.layers` keeps the contract.

The cases stand beside the layers' other tests: `tests/layers/<family>/cases.py` holds a list
`CASES` of `kerasdl.testing.LayerCase`.
"""

import importlib.util
from pathlib import Path

import keras
import pytest

import kerasdl.layers
from kerasdl.testing import (
    LayerCase,
    check_arguments,
    check_fresh_process_reload,
    layer_checks,
)
from kerasdl.testing.comparison import differences
from kerasdl.testing.functional_model import flat, functional_model
from kerasdl.testing.layer_state import goes_on
from kerasdl.testing.tensors import outputs_of

HERE = Path(__file__).parent

EXPORTED = {
    name: value
    for name, value in vars(kerasdl.layers).items()
    if isinstance(value, type) and issubclass(value, keras.layers.Layer)
}


def load_cases() -> list[LayerCase]:
    cases = []
    for path in sorted(HERE.glob("*/cases.py")):
        name = f"layer_cases_{path.parent.name}"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        cases.extend(module.CASES)
    return cases


CASES = load_cases()
RANDOM = [case for case in CASES if case.is_random(case.make())]

# These two look at several cases at once.
CHECKS = {
    name: check
    for name, check in layer_checks().items()
    if name not in ("arguments", "fresh_process")
}
# JAX compiles every operation for every shape and dtype that these call it with. `make test-jax`
# leaves them out: `test_backends.py` compares values and gradients, compiled, with TensorFlow's.
SLOW_ON_JAX = ("compilation", "config", "dtypes", "gradients", "shapes")


def test_every_exported_layer_has_a_case_and_every_case_an_export() -> None:
    covered = {type(case.make()) for case in CASES}
    assert sorted(set(EXPORTED.values()) - covered, key=str) == [], "exported without a case"
    assert sorted(covered - set(EXPORTED.values()), key=str) == [], "a case, but not exported"


def test_all_names_every_layer() -> None:
    assert sorted(kerasdl.layers.__all__) == sorted(EXPORTED)


def test_cases_have_different_names() -> None:
    names = [case.name for case in CASES]
    assert sorted(names) == sorted(set(names)), "give the cases of one layer different ids"


@pytest.mark.parametrize("name", sorted(EXPORTED))
def test_arguments_are_exercised(name: str) -> None:
    check_arguments(*[case for case in CASES if type(case.make()) is EXPORTED[name]])


@pytest.mark.parametrize(
    "check",
    [
        pytest.param(name, marks=pytest.mark.slow_on_jax) if name in SLOW_ON_JAX else name
        for name in CHECKS
    ],
)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_contract(case: LayerCase, check: str) -> None:
    CHECKS[check](case)


# A promise of kerasdl's own layers, which `check_saving` and the fresh process then hold them to;
# Keras's start their random numbers over.
@pytest.mark.parametrize("case", RANDOM, ids=lambda case: case.name)
def test_random_layers_save_where_their_numbers_stand(case: LayerCase) -> None:
    assert goes_on(case.make_built())


@pytest.mark.parametrize("case", RANDOM, ids=lambda case: case.name)
def test_random_numbers_go_on_after_loading(case: LayerCase, tmp_path: Path) -> None:
    model, resumed = (functional_model(case, case.make_built(name="layer")) for _ in range(2))
    inputs = flat(case.arrays(batch=32))
    model(inputs, training=True)
    model.save_weights(tmp_path / "model.weights.h5")
    resumed.load_weights(tmp_path / "model.weights.h5")
    outputs, expected = (outputs_of(each(inputs, training=True)) for each in (resumed, model))
    assert differences(outputs, expected) == ""


@pytest.mark.slow_on_jax
def test_every_layer_reloads_in_a_fresh_process() -> None:
    check_fresh_process_reload(*CASES)
