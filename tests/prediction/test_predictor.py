"""Which predictor talks to which kind of model."""

import pytest

from kerasdl.exporting import InputError, ServedModel
from kerasdl.prediction import Predictor, predictor_for
from kerasdl.prediction.kinds import PREDICTORS


def served(kind):
    inputs = {"serving_default": {"image": (None, 8, 8, 1)}}
    return ServedModel(kind, lambda name, inputs: {}, inputs, ("a", "b"))


def test_an_image_classifier_has_its_predictor():
    assert predictor_for(served("image_classifier")).kind == "image_classifier"


def test_every_kind_is_named_by_its_predictor():
    assert {kind: predictor.kind for kind, predictor in PREDICTORS.items()} == {
        kind: kind for kind in PREDICTORS
    }


@pytest.mark.parametrize("predictor", PREDICTORS.values())
def test_every_predictor_says_what_it_expects(predictor):
    assert predictor.expects
    assert isinstance(predictor.options, tuple)


def test_an_unknown_kind_is_named():
    with pytest.raises(InputError, match="cannot talk to a model of kind 'toaster'; expected one"):
        predictor_for(served("toaster"))


@pytest.mark.parametrize("predictor", PREDICTORS.values())
def test_a_predictor_refuses_a_model_of_another_kind(predictor):
    with pytest.raises(InputError, match=f"is a 'toaster'; expected an '{predictor.kind}'"):
        predictor(served("toaster"))


def test_what_a_subclass_must_define():
    class Silent(Predictor):
        kind = "silent"

    silent = Silent(served("silent"))
    with pytest.raises(NotImplementedError, match=r"Silent must define rows"):
        silent.rows([])
    with pytest.raises(NotImplementedError, match=r"Silent must define text"):
        silent.text([])
