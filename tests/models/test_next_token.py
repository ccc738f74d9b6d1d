"""Token by token is the same as all at once."""

import keras
import numpy as np
import pytest

from kerasdl.models import NextToken, char_rnn, gpt

MODELS = {
    "gpt": lambda: gpt(11, width=16, num_layers=2, num_heads=2),
    "learned": lambda: gpt(11, 9, width=16, num_layers=1, num_heads=2, positions="learned"),
    "dropout": lambda: gpt(11, width=16, num_layers=1, num_heads=2, dropout_rate=0.5),
    **{
        cell: lambda cell=cell: char_rnn(11, cell, units=8, num_layers=2)
        for cell in ("rnn", "gru", "lstm")
    },
}


@pytest.mark.parametrize("name", sorted(MODELS))
def test_pieces_give_what_the_whole_gives(name: str) -> None:
    model = MODELS[name]()
    tokens = np.random.default_rng(0).integers(0, 11, (2, 9))
    step = NextToken(model)
    state = step.initial_state(batch_size=2, max_length=9)
    pieces = []
    for piece in np.split(tokens, [4, 5, 6, 8], axis=1):
        logits, state = step(piece, state)
        pieces.append(np.asarray(logits))
    np.testing.assert_allclose(np.concatenate(pieces, 1), model(tokens), atol=1e-5)


def test_which_models_are_limited() -> None:
    needs = {name: NextToken(make()).needs_length for name, make in MODELS.items()}
    assert [name for name, limited in sorted(needs.items()) if not limited] == [
        "gru",
        "lstm",
        "rnn",
    ]


def test_another_model() -> None:
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs), name="other")
    with pytest.raises(ValueError, match=r"does not begin with an embedding.*Received: 'other'"):
        NextToken(model)
