"""FeedForward against NumPy."""

import math

import numpy as np
import pytest

from kerasdl import layers

ACTIVATIONS = {
    "relu": lambda x: np.maximum(x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * 0.5 * (1 + np.vectorize(math.erf)(x / np.sqrt(2))),
}
# Shazeer 2020, equations 5 and 6.
GATES = {
    "glu": lambda x: 1 / (1 + np.exp(-x)),
    "reglu": ACTIVATIONS["relu"],
    "geglu": ACTIVATIONS["gelu"],
    "swiglu": ACTIVATIONS["silu"],
}


@pytest.mark.parametrize("activation", [*ACTIVATIONS, *GATES])
@pytest.mark.parametrize("shape", [(3, 4), (2, 3, 4), (2, 2, 3, 4)])
def test_equals_numpy(activation, shape):
    inputs = np.random.default_rng(0).normal(size=shape).astype("float32")
    layer = layers.FeedForward(6, activation, bias_initializer="random_normal")
    layer.build(shape)
    kernel, bias = map(np.asarray, layer.hidden_dense.get_weights())
    hidden = inputs @ kernel + bias
    if activation in GATES:
        kernel, bias = map(np.asarray, layer.gate_dense.get_weights())
        hidden = GATES[activation](inputs @ kernel + bias) * hidden
    else:
        hidden = ACTIVATIONS[activation](hidden)
    kernel, bias = map(np.asarray, layer.output_dense.get_weights())
    np.testing.assert_allclose(layer(inputs), hidden @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_dropout_acts_in_training_only():
    inputs = np.random.default_rng(0).normal(size=(4, 8)).astype("float32")
    layer, plain = layers.FeedForward(32, dropout=0.5, seed=1), layers.FeedForward(32)
    expected = layer(inputs)
    plain.build(inputs.shape)
    plain.set_weights([w for w in layer.get_weights() if w.dtype == "float32"])
    np.testing.assert_array_equal(plain(inputs), expected)
    assert not np.allclose(layer(inputs, training=True), expected)


def test_kernels_of_gate_and_hidden_layer_start_out_different():
    layer = layers.FeedForward(6, "swiglu")
    layer.build((None, 4))
    assert not np.allclose(layer.hidden_dense.kernel, layer.gate_dense.kernel)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="hidden_dim=0"):
        layers.FeedForward(0)
    with pytest.raises(ValueError, match=r"dropout=1\.0"):
        layers.FeedForward(4, dropout=1.0)
    with pytest.raises(ValueError, match=r"shape \(4,\).*known width"):
        layers.FeedForward(4).build((4,))
    with pytest.raises(ValueError, match=r"\(2, 3, None\).*known width"):
        layers.FeedForward(4).build((2, 3, None))
