import dataclasses

import keras
import pytest

from kerasdl.exporting.verify import TOLERANCES, least_precise_dtype


def test_nested_models_are_searched_for_their_dtype(make_servable):
    servable = make_servable()
    assert least_precise_dtype(servable) == "float32"
    inner = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, dtype="mixed_bfloat16")])
    inputs = keras.Input((3,))
    half = keras.layers.Dense(2, dtype="float16")(inputs)
    outputs = keras.layers.Add()([half, inner(inputs)])
    nested = dataclasses.replace(servable, model=keras.Model(inputs, outputs))
    assert least_precise_dtype(nested) == "bfloat16"


@pytest.mark.parametrize(("dtype", "digits"), [("float16", 11), ("bfloat16", 8)])
def test_16_bits_are_allowed_what_rounding_a_logit_does(dtype, digits):
    # Half a unit in the last place of a logit in 8..16, twice, by the softmax's slope of 1/4.
    rounding = 2 * 0.5 * 2.0 ** (3 - (digits - 1)) / 4
    assert rounding < TOLERANCES[dtype] < 8 * rounding
    assert TOLERANCES["float32"] < TOLERANCES[dtype]
