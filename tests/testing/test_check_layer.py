"""Each check accepts good layers and fails for a layer with exactly the bug it looks for."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
import pytest

from kerasdl.testing import (
    LayerCase,
    LayerContractError,
    MaskSpec,
    RandomInput,
    check_arguments,
    check_fresh_process_reload,
    check_layer,
    check_masks,
    layer_checks,
    saving,
)

HERE = Path(__file__).parent


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


broken = _load("broken_layers")
masking = _load("broken_masking_layers")
noisy = _load("broken_random_layers")

PROJECTION: dict[str, Any] = {"arguments": {"units": 3, "scale": 2.0}, "inputs": (2, 5, 4)}
MEAN: dict[str, Any] = {"inputs": (2, 5, 4), "mask": MaskSpec("ignore", empty="zeros")}
NOISE: dict[str, Any] = {
    "arguments": {"rate": 0.4, "seed": 7},
    "inputs": (2, 5, 4),
    "mask": "pass",
}

GOOD = [
    LayerCase(broken.Projection, **PROJECTION),
    LayerCase(masking.MaskedMean, **MEAN),
    LayerCase(masking.Pooling, **MEAN),
    LayerCase(noisy.Noise, **NOISE),
    LayerCase(noisy.GoesOn, **NOISE),
    LayerCase(
        keras.layers.Dropout,
        {"rate": 0.4, "seed": 3, "noise_shape": (None, 1, 4)},
        inputs=(2, 5, 4),
        mask="pass",
    ),
    LayerCase(
        keras.layers.Embedding,
        {"input_dim": 11, "output_dim": 3},
        inputs=RandomInput((2, 5), "int32", high=11),
    ),
    LayerCase(
        keras.layers.LSTMCell,
        {"units": 3},
        inputs={"inputs": (2, 4), "states": [(2, 3), (2, 3)]},
        random=False,
    ),
    LayerCase(
        keras.layers.GlobalAveragePooling1D,
        {"keepdims": True},
        defaults_ok={"data_format": "the other one is no sequence"},
        inputs=(2, 5, 4),
        mask=MaskSpec("ignore"),
        id="built-in",
    ),
]

# What Keras's own layers are known to break, each for the reason given beside it.
BUILT_IN_FLAWS = {
    # The configuration holds `lora_rank` and others only while they are in use.
    "Embedding": {"arguments", "config"},
    # It has no compute_output_shape.
    "LSTMCell": {"arguments", "shapes"},
    # Multiplies by the mask: 0 * inf is NaN.
    "GlobalAveragePooling1D-built-in": {"masks"},
}


@pytest.mark.parametrize("check", [name for name in layer_checks() if name != "fresh_process"])
@pytest.mark.parametrize("case", GOOD, ids=lambda case: case.name)
def test_good_layers_pass(case: LayerCase, check: str) -> None:
    if check in BUILT_IN_FLAWS.get(case.name, set()):
        with pytest.raises(LayerContractError, match=rf"\[{check}\]"):
            layer_checks()[check](case)
    else:
        layer_checks()[check](case)


BUGS = {**vars(broken), **vars(masking), **vars(noisy)}

BROKEN = [
    ("ForgetsArgument", PROJECTION, "config", "'scale' is no key of get_config"),
    ("StoresWrongArgument", PROJECTION, "config", "attribute 'scale' is 2.0, but get_config"),
    ("HidesArgument", PROJECTION, "config", "'scale' is no attribute"),
    ("DropsKeywords", PROJECTION, "config", "'other_name'. is lost|name='other_name'"),
    ("ClipsArgument", PROJECTION, "config", "argument 'scale' was 2.0, but get_config says 1.5"),
    ("DropsDtype", PROJECTION, "config", "the argument `dtype` is lost"),
    ("KeepsStateOutsideVariables", PROJECTION, "config", "equal weights give other outputs"),
    ("MakesAnother", PROJECTION, "config", "gives another configuration: 'scale'"),
    ("RewritesAttributeInBuild", PROJECTION, "config", "changed the configuration: 'scale'"),
    ("CreatesStateInCall", PROJECTION, "build", "left .'inner'. unbuilt"),
    ("KeepsOutput", PROJECTION, "build", "changed the attributes .'last_shape'."),
    ("BuildsByTime", PROJECTION, "build", "with None and call create different state.*extra"),
    ("CountsInPython", NOISE, "randomness", "something besides the SeedGenerator"),
    ("SaysWrongShape", PROJECTION, "shapes", "compute_output_shape says"),
    ("SaysNoShape", PROJECTION, "shapes", "compute_output_shape is not implemented"),
    ("FixesTime", PROJECTION, "shapes", "the call gives"),
    ("SaysWrongSpec", PROJECTION, "shapes", "a symbolic call with None sizes gives"),
    ("ReturnsIntegers", PROJECTION, "shapes", "a symbolic call gives dtypes .'float32'., a real"),
    ("DiffersInNumPy", PROJECTION, "shapes", "a model with None sizes differs"),
    ("ForgetsDtypeOfSublayer", PROJECTION, "dtypes", "sublayers have other policies: .*inner"),
    ("NarrowWeight", PROJECTION, "dtypes", "under float32 weights are not float32: .*narrow"),
    ("OverflowsInFloat16", PROJECTION, "dtypes", "under mixed_float16 output 0 is not finite"),
    ("UnderflowsInFloat16", PROJECTION, "dtypes", "under mixed_float16 gradients are not finite"),
    ("ReturnsFloat32", PROJECTION, "dtypes", "outputs are .'float32'. instead of"),
    ("CountsInComputeDtype", PROJECTION, "dtypes", "under mixed_bfloat16 .* far from float64"),
    ("IgnoresWeight", PROJECTION, "gradients", "offset gets no gradient"),
    ("StopsGradient", PROJECTION, "gradients", "offset gets no gradient"),
    ("NanGradient", PROJECTION, "gradients", "is not finite"),
    ("Warns", PROJECTION, "silence", "something is odd"),
    ("Prints", PROJECTION, "silence", "prints 'shape"),
    ("DiffersWhenTraced", PROJECTION, "compilation", "differ"),
    ("CountsTraces", PROJECTION, "compilation", "differ when compiled by XLA"),
    ("CountsGradients", PROJECTION, "compilation", "gradient of .* differs under XLA"),
    ("MakesAnother", PROJECTION, "saving", "the loaded layer has another configuration: 'scale'"),
    ("KeepsStateOutsideVariables", PROJECTION, "saving", "the loaded outputs differ"),
    ("FailsInTraining", PROJECTION, "training", "the loss is"),
    ("FixedSeed", NOISE, "training", "leaves the seed state as it was"),
    ("LosesWeightOnSave", PROJECTION, "saving", "the loaded weights differ"),
    ("DrawsItsSeed", NOISE, "saving", "the loaded seed states differ"),
    ("StartsOver", NOISE, "saving", "the loaded seed states differ"),
    ("StopsGradient", PROJECTION, "training", "leaves .*offset.* unchanged"),
    ("InvertsMask", {**PROJECTION, "mask": "pass"}, "masks", "not passed on unchanged"),
    ("MultipliesByMask", MEAN, "masks", "with inf at masked positions, output 0 is not finite"),
    ("ProjectsBeforeMasking", MEAN, "masks", "inf at masked positions, the gradient of .*kernel"),
    ("IgnoresMask", MEAN, "masks", "the same with and without a mask"),
    ("DividesByZero", MEAN, "masks", "a fully masked row holding ordinary values gives .nan"),
    ("SaysWrongMask", MEAN, "masks", "has a mask of another shape"),
    ("DeniesMasking", MEAN, "masks", "supports_masking is False"),
    ("SeesMaskedInGradient", MEAN, "masks", "1e30 at masked positions, their gradient .* is not z"),
    ("GradientSeesMasked", MEAN, "masks", "1e30 at masked positions, the gradient of inputs ch"),
    ("InfiniteGradientOfEmptyRow", MEAN, "masks", "row .* a gradient of .* that is not finite"),
    ("GradientOfEmptyRow", MEAN, "masks", "row holding ordinary .* a gradient of .* not zero"),
    (
        "LosesImplicitMask",
        {
            "inputs": {"inputs": (2, 5, 4), "other": (2, 4)},
            "mask": MaskSpec("ignore", {"inputs": "mask"}),
        },
        "masks",
        "implicit and explicit masks give other outputs",
    ),
    ("AddsMask", MEAN, "masks", "with 1e30 at masked positions"),
    ("AveragesEmptyRow", MEAN, "masks", "in output 0 instead of zeros"),
    ("DropsMask", NOISE, "masks", "compute_mask says another mask"),
    ("MixesPositions", NOISE, "masks", "with 1e30 at masked positions, output 0 changes"),
    ("NoisyInference", NOISE, "randomness", "inference is not deterministic"),
    ("UsesSeedsAtInference", NOISE, "randomness", "inference uses up random numbers"),
    ("Unseeded", NOISE, "randomness", "something besides the SeedGenerator"),
    ("IgnoresSeed", NOISE, "randomness", "different seeds give the same outputs"),
    ("FixedSeed", NOISE, "randomness", "two calls in training give the same outputs"),
    ("DrawsItsSeed", NOISE, "randomness", "two layers with the same seed give different outputs"),
    ("TakesNoSeed", {**NOISE, "arguments": {"rate": 0.4}}, "randomness", "takes no `seed`"),
    ("OwnsNoGenerator", NOISE, "randomness", "training is random, though"),
    ("OwnsNoGenerator", {**NOISE, "random": True}, "randomness", "has no SeedGenerator"),
    ("FixedSeedWhenTraced", NOISE, "randomness", "two calls in one function agree"),
    ("CountsWhenTraced", NOISE, "randomness", "two runs of one function agree"),
    ("DrawsInPython", NOISE, "randomness", "something besides the SeedGenerator"),
]

if keras.backend.backend() == "tensorflow":  # float64 and SavedModels
    BROKEN += [
        ("ComputesInFloat16", PROJECTION, "gradients", "but central differences give"),
        ("WrongGradient", PROJECTION, "gradients", "but central differences give"),
        ("DiffersInNumPy", PROJECTION, "export", "the SavedModel differs for batch 1"),
    ]


@pytest.mark.parametrize(
    ("name", "options", "check", "message"),
    BROKEN,
    ids=[f"{entry[0]}-{entry[2]}" for entry in BROKEN],
)
def test_a_check_finds_its_bug(
    name: str, options: dict[str, Any], check: str, message: str
) -> None:
    with pytest.raises(LayerContractError, match=message) as caught:
        check_layer(BUGS[name], checks=[check], **options)
    assert [failure.check for failure in caught.value.failures] == [check]
    assert name in str(caught.value)
    assert caught.value.failures[0].__cause__ is None, "found by crashing, not by checking"


def test_a_check_that_crashes_is_a_failure_with_its_cause() -> None:
    with pytest.raises(LayerContractError, match=r"\[build\] Projection: .*Ouch") as caught:
        check_layer(broken.Projection, {"units": "Ouch"}, (2, 5, 4), checks=["build"])
    assert caught.value.__cause__ is caught.value.failures[0]
    assert isinstance(caught.value.failures[0].__cause__, (TypeError, ValueError))


def test_all_failures_are_told_at_once() -> None:
    with pytest.raises(LayerContractError, match="fails 2 of 3 checks") as caught:
        check_layer(
            broken.SaysWrongShape,
            {"units": 3},
            inputs=(2, 5, 4),
            checks=["arguments", "shapes", "randomness"],
        )
    assert [failure.check for failure in caught.value.failures] == ["arguments", "shapes"]


def test_arguments_left_at_their_defaults_are_named() -> None:
    one = LayerCase(broken.Projection, {"units": 3}, inputs=(2, 5, 4), id="one")
    two = LayerCase(broken.Projection, {"units": 1, "scale": 2.0}, inputs=(2, 5, 4), id="two")
    with pytest.raises(LayerContractError, match=r"\['scale'\] stay at their defaults"):
        check_arguments(one)
    with pytest.raises(LayerContractError, match=r"\['units'\] stay at their defaults"):
        check_arguments(two)
    check_arguments(one, two)
    check_arguments(
        LayerCase(broken.Projection, {"units": 3}, defaults_ok={"scale": "tested elsewhere"})
    )


def test_a_function_that_makes_the_layer_will_do() -> None:
    def projection(units: int, **kwargs: Any) -> keras.layers.Layer:
        return broken.Projection(units, scale=2.0, **kwargs)

    check_layer(projection, {"units": 3}, (2, 5, 4), checks=["arguments", "config", "build"])


def test_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(HERE)
    imports = ("broken_layers", "broken_random_layers")
    good = [
        LayerCase(noisy.Noise, **NOISE, imports=imports),
        LayerCase(noisy.GoesOn, **NOISE, imports=imports),
        LayerCase(
            keras.layers.LSTMCell,
            {"units": 3},
            inputs={"inputs": (2, 4), "states": [(2, 3), (2, 3)]},
            random=False,
        ),
    ]
    bad = [
        LayerCase(broken.LosesWeightOnSave, **PROJECTION, imports=imports),
        LayerCase(broken.RefusesToLoad, **PROJECTION, imports=imports),
        LayerCase(noisy.StartsOver, **NOISE, imports=imports),
    ]
    with pytest.raises(LayerContractError) as caught:
        check_fresh_process_reload(*good, *bad)
    lost, refused, forgotten = caught.value.failures
    assert "LosesWeightOnSave: weights differ in the fresh process" in str(lost)
    assert "RefusesToLoad: the fresh process cannot load it" in str(refused)
    assert "StartsOver: seeds differ in the fresh process" in str(forgotten)


def test_fresh_process_needs_the_layers_module() -> None:
    with pytest.raises(LayerContractError, match=r"(?s)ended early: .*no_such_module"):
        check_fresh_process_reload(
            LayerCase(broken.Projection, **PROJECTION, imports=("no_such_module",))
        )


def test_a_fresh_process_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "TIMEOUT_SECONDS", 0.01)
    with pytest.raises(LayerContractError, match=r"not done after 0\.01 seconds, and was stopped"):
        check_fresh_process_reload(LayerCase(broken.Projection, **PROJECTION))


def test_arrays_and_named_inputs_are_taken_as_they_are() -> None:
    values = np.arange(40, dtype="float32").reshape(2, 5, 4)
    case = LayerCase(broken.Projection, PROJECTION["arguments"], inputs={"inputs": values})
    np.testing.assert_array_equal(case.arrays()["inputs"], values)
    larger = case.arrays(batch=3, grow=True)["inputs"]
    assert larger.shape == (3, 7, 4)
    np.testing.assert_array_equal(larger[:2, :5], values)
    assert case.shapes(case.arrays(), dynamic=True) == {"inputs": (None, None, 4)}


def test_random_inputs_keep_their_bounds() -> None:
    ids = RandomInput((50, 4), "int32", low=2, high=5).make("ids")
    assert set(np.unique(ids)) == {2, 3, 4}
    uniform = RandomInput((50, 4), low=-1, high=1).make("x")
    assert uniform.dtype == np.float32
    assert -1 <= uniform.min() < -0.8
    assert 0.8 < uniform.max() < 1
    keep = RandomInput((50, 4), "bool").make("mask")
    assert keep.any(axis=-1).all()
    assert not keep.all()


def test_unknown_checks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"Received: checks \['spelling'\]"):
        check_layer(broken.Projection, {}, (2, 5, 4), checks=["spelling"])


def test_masked_inputs_need_three_positions() -> None:
    with pytest.raises(ValueError, match="a masked input with 2 positions"):
        check_masks(LayerCase(masking.MaskedMean, inputs=(2, 2, 4), mask="ignore"))


def test_ignoring_a_mask_takes_an_argument_for_it() -> None:
    with pytest.raises(ValueError, match="said to take no mask"):
        check_masks(LayerCase(noisy.Noise, NOISE["arguments"], (2, 5, 4), mask="ignore"))


def test_masks_are_not_left_out_silently() -> None:
    with pytest.raises(LayerContractError, match="the case has no `mask`"):
        check_masks(LayerCase(masking.MaskedMean, inputs=(2, 5, 4)))


def test_a_mask_may_end_at_a_layer() -> None:
    check_masks(LayerCase(masking.MaskedMean, inputs=(2, 5, 4), mask="stop"))
    with pytest.raises(LayerContractError, match="the mask is passed on"):
        check_masks(LayerCase(noisy.Noise, NOISE["arguments"], (2, 5, 4), mask="stop"))


def test_a_case_makes_layers() -> None:
    with pytest.raises(TypeError, match="dict makes a dict"):
        LayerCase(dict, {"units": 3}).make()  # type: ignore[arg-type]


def test_inputs_fit_the_call() -> None:
    with pytest.raises(ValueError, match="3 inputs for Projection"):
        LayerCase(broken.Projection, inputs=[(2, 3), (2, 3), (2, 3)]).arrays()


def test_other_backends_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(ValueError, match="the 'torch' backend"):
        layer_checks()
