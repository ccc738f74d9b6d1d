"""The argument `normalization`."""

import json

import keras
import numpy as np
import pytest

from kerasdl import layers
from kerasdl.layers.last_axis_normalization import LayerNormalization, RMSNormalization
from kerasdl.layers.normalization import Normalization


@pytest.mark.parametrize(
    ("name", "kind", "epsilon"),
    [
        ("batch_norm", layers.BatchNormalization, 1e-5),
        ("layer_norm", LayerNormalization, 1e-6),
        ("rms_norm", RMSNormalization, 1e-6),
    ],
)
def test_names(name, kind, epsilon):
    normalization = Normalization(name)
    layer = normalization.make("first", dtype="mixed_bfloat16")
    assert type(layer) is kind
    assert (layer.name, layer.epsilon, layer.compute_dtype) == ("first", epsilon, "bfloat16")
    assert normalization.config == name


@pytest.mark.parametrize("way", [lambda x: x, keras.saving.serialize_keras_object, Normalization])
def test_layers_are_made_like_a_layer_of_which_none_is_used(way):
    given = keras.layers.LayerNormalization(epsilon=0.5)
    given(np.zeros((1, 4)))
    normalization = Normalization(way(given))
    made = normalization.make("second", dtype="float32")
    assert (made.epsilon, made.name, made.built) == (0.5, "second", False)
    assert Normalization(json.loads(json.dumps(normalization.config))).config == (
        normalization.config
    )


def test_a_block_with_another_normalization():
    images = np.random.default_rng(0).normal(size=(2, 4, 4, 4)).astype("float32")
    block = layers.ResidualBlock(
        4, normalization=keras.layers.GroupNormalization(2), zero_init_residual=True
    )
    # Groups of one example alone: training and inference agree, and the branch starts at zero.
    np.testing.assert_array_equal(block(images, training=True), np.maximum(images, 0))
    assert {type(layer) for layer in block.normalizations} == {keras.layers.GroupNormalization}


def test_bad_arguments_are_refused():
    with pytest.raises(ValueError, match=r"normalization=3\. Expected one of \('batch_norm'"):
        Normalization(3)
    with pytest.raises(ValueError, match=r"RMSNormalization takes no gamma_initializer"):
        layers.ResidualBlock(4, normalization="rms_norm", zero_init_residual=True).build(
            (None, 4, 4, 4)
        )


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize(
    ("ours", "keras_layer", "arguments"),
    [
        (LayerNormalization, keras.layers.LayerNormalization, {}),
        (LayerNormalization, keras.layers.LayerNormalization, {"center": False, "scale": False}),
        (LayerNormalization, keras.layers.LayerNormalization, {"axis": [1, 2]}),
        (RMSNormalization, keras.layers.RMSNormalization, {}),
        (RMSNormalization, keras.layers.RMSNormalization, {"axis": [1, 2]}),
    ],
)
def test_layers_equal_those_of_keras(ours, keras_layer, arguments, dtype):
    inputs = np.random.default_rng(0).normal(size=(2, 3, 4)).astype("float32")
    layers_ = [kind(**arguments, dtype=dtype) for kind in (ours, keras_layer)]
    for layer in layers_:
        layer.build(inputs.shape)
    weights = [np.random.default_rng(1).normal(size=w.shape) for w in layers_[0].weights]
    for layer in layers_:
        layer.set_weights(weights)
    outputs, expected = (layer(inputs) for layer in layers_)
    assert outputs.dtype == expected.dtype
    tolerance = {"float32": 1e-5, "mixed_bfloat16": 1e-2}[dtype]
    outputs, expected = (keras.ops.cast(x, "float32") for x in (outputs, expected))
    np.testing.assert_allclose(outputs, expected, atol=tolerance)
