"""The recurrent language model."""

from typing import Literal

import keras

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.recurrent.gru import GRU
from kerasdl.layers.recurrent.lstm import LSTM
from kerasdl.layers.recurrent.simple_rnn import SimpleRNN
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout
from kerasdl.layers.seeds import derive_seed

CELLS = {"rnn": SimpleRNN, "gru": GRU, "lstm": LSTM}
Cell = Literal["rnn", "gru", "lstm"]


def char_rnn(
    vocabulary_size: int,
    cell: Cell = "lstm",
    units: int = 256,
    num_layers: int = 1,
    embedding_width: int = 64,
    dropout_rate: float = 0.0,
    seed: int | None = None,
    name: str = "char_rnn",
) -> keras.Model:
    """A language model that reads one token after the other and remembers.

    An embedding, recurrent layers one on the other, and logits (Mikolov et al., 2010;
    Graves, 2013, "Generating sequences with recurrent neural networks").

    Args:
        vocabulary_size: Number of tokens.
        cell: `"rnn"`, `"gru"` or `"lstm"`.
        units: Size of the state of each recurrent layer.
        num_layers: Number of recurrent layers.
        embedding_width: Width of the embedding.
        dropout_rate: Rate of dropout after each recurrent layer.
        seed: Integer that makes the dropout reproducible, and the initial embedding.
        name: Name of the model.

    Returns:
        Model from int32 tokens of shape `(batch_size, length)` to float32 logits of shape
        `(batch_size, length, vocabulary_size)`, of the token after each.

    Raises:
        ValueError: If a number is out of its range, or `cell` is unknown.

    Example:

    >>> model = char_rnn(vocabulary_size=65, cell="gru", units=32, seed=1)
    >>> model.output_shape
    (None, None, 65)
    """
    if vocabulary_size < 2:
        raise ValueError(f"vocabulary_size must be at least 2. Received: {vocabulary_size}")
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}. Received: {cell!r}")
    check_positive_integers(units=units, num_layers=num_layers, embedding_width=embedding_width)
    tokens = keras.Input((None,), dtype="int32", name="tokens")
    x = keras.layers.Embedding(
        vocabulary_size,
        embedding_width,
        embeddings_initializer=keras.initializers.RandomNormal(
            stddev=embedding_width**-0.5, seed=derive_seed(seed, "embedding")
        ),
        name="embedding",
    )(tokens)
    for index in range(1, num_layers + 1):
        x = CELLS[cell](units, return_sequences=True, name=f"{cell}_{index}")(x)
        x = InvertedDropout(
            dropout_rate, seed=derive_seed(seed, f"dropout_{index}"), name=f"dropout_{index}"
        )(x)
    # Float32 logits, and so the loss, in mixed precision too.
    logits = keras.layers.Dense(vocabulary_size, dtype="float32", name="logits")(x)
    return keras.Model(tokens, logits, name=name)
