"""What a layer is asked for besides does not take it off the fast loop silently."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from kerasdl import layers
from kerasdl.ops import recurrent_tensorflow

OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "dropout": {"dropout": 0.3, "recurrent_dropout": 0.3, "seed": 1},
    "no_bias": {"use_bias": False},
    "backwards": {"go_backwards": True, "return_sequences": True, "return_state": True},
    "precision": {"dtype": "mixed_bfloat16"},
}


@pytest.fixture
def fast_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls = []
    run = recurrent_tensorflow.run

    def counted(cell: str, *arguments: Any) -> Any:
        calls.append(cell)
        return run(cell, *arguments)

    monkeypatch.setattr(recurrent_tensorflow, "run", counted)
    return calls


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("layer", [layers.SimpleRNN, layers.LSTM, layers.GRU])
def test_the_loop_written_by_hand_is_used(
    layer: Any, options: dict[str, Any], masked: bool, fast_calls: list[str]
) -> None:
    inputs = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = np.array([[True, True, False, True], [False] * 4]) if masked else None
    made = layer(5, **options)
    made(inputs, mask=mask, training=True)
    assert len(fast_calls) == 1
    tf.function(lambda x: made(x, mask=mask, training=True))(inputs)
    assert len(fast_calls) == 2


def test_an_activation_of_ones_own_leaves_it(fast_calls: list[str]) -> None:
    # As docs/layers/recurrent.md says: nobody knows its derivative.
    layer = layers.LSTM(5, activation=lambda x: keras.ops.tanh(x))
    layer(np.zeros((2, 4, 3), "float32"))
    assert fast_calls == []
