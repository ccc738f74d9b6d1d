"""The recurrent language model."""

import numpy as np
import pytest

from kerasdl.models import char_rnn

GATES = {"rnn": 1, "gru": 3, "lstm": 4}


@pytest.mark.parametrize("cell", sorted(GATES))
def test_parameters(cell: str) -> None:
    model = char_rnn(9, cell, units=8, num_layers=2, embedding_width=5)  # type: ignore[arg-type]
    # The GRU of Keras has two biases.
    biases = 2 if cell == "gru" else 1
    layers = sum(GATES[cell] * 8 * (width + 8 + biases) for width in (5, 8))
    assert model.count_params() == 9 * 5 + layers + 8 * 9 + 9


@pytest.mark.parametrize("cell", sorted(GATES))
def test_no_token_sees_a_later_one(cell: str) -> None:
    model = char_rnn(7, cell, units=8, num_layers=2)  # type: ignore[arg-type]
    tokens = np.array([[1, 2, 3, 4, 5]])
    before, after = np.asarray(model(tokens)), np.asarray(model(np.array([[1, 2, 3, 0, 0]])))
    np.testing.assert_allclose(before[:, :3], after[:, :3], atol=1e-6)
    assert not np.allclose(before[:, 3:], after[:, 3:])


def test_what_cannot_be() -> None:
    with pytest.raises(ValueError, match=r"vocabulary_size must be at least 2\. Received: 1"):
        char_rnn(vocabulary_size=1)
    with pytest.raises(ValueError, match=r"cell must be one of rnn, gru, lstm\. Received: 'x'"):
        char_rnn(vocabulary_size=9, cell="x")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["units", "num_layers", "embedding_width"])
def test_sizes_below_one(name: str) -> None:
    with pytest.raises(ValueError, match=f"Received {name}=0. Expected an integer of at least 1"):
        char_rnn(vocabulary_size=9, **{name: 0})
