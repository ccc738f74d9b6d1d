"""Three recurrent layers, side by side."""

import keras
import numpy as np
import pytest

import kerasdl
from kerasdl.models import RECURRENT_TOWERS, recurrent_towers


def test_each_tower_is_the_layer_of_keras() -> None:
    """Copied weights, the built-in layer, the linear layer by hand."""
    model = recurrent_towers(3, units=6, seed=1)
    sequences = np.random.default_rng(0).normal(size=(4, 9, 3)).astype("float32")
    outputs = model(sequences)
    assert list(RECURRENT_TOWERS) == ["simple_rnn", "gru", "lstm"]
    for name, layer in RECURRENT_TOWERS.items():
        ours = model.get_layer(f"{name}_layer")
        assert type(ours) is layer is getattr(kerasdl.layers, layer.__name__)
        theirs = getattr(keras.layers, layer.__name__)(6)
        state = theirs(sequences)
        theirs.set_weights(ours.get_weights())
        kernel, bias = model.get_layer(name).get_weights()
        expected = np.asarray(theirs(sequences)) @ kernel + bias
        assert state.shape == (4, 6)
        np.testing.assert_allclose(outputs[name], expected, atol=1e-5)


def test_a_seed_is_all_that_the_weights_depend_on() -> None:
    one, same, other = (recurrent_towers(2, units=5, seed=seed).get_weights() for seed in (1, 1, 2))
    for a, b in zip(one, same, strict=True):
        np.testing.assert_array_equal(a, b)
    kernels = [weights for weights in (*one, *other) if weights.ndim == 2 and weights.any()]
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels) == 2 * 9


def test_mixed_precision_answers_in_float32() -> None:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = recurrent_towers(2, units=4, seed=1)
    finally:
        keras.config.set_dtype_policy(policy)
    assert model.get_layer("lstm_layer").compute_dtype == "bfloat16"
    assert {output.dtype for output in model.outputs} == {"float32"}


@pytest.mark.parametrize("name", ["num_features", "units"])
def test_sizes_below_one(name: str) -> None:
    with pytest.raises(ValueError, match=f"Received {name}=0. Expected an integer of at least 1"):
        recurrent_towers(**{"num_features": 2, name: 0})
