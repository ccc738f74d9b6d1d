"""Recurrent layers of each kind, side by side."""

import keras

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.recurrent.gru import GRU
from kerasdl.layers.recurrent.lstm import LSTM
from kerasdl.layers.recurrent.simple_rnn import SimpleRNN
from kerasdl.models.layer_seeds import LayerSeeds

RECURRENT_TOWERS = {"simple_rnn": SimpleRNN, "gru": GRU, "lstm": LSTM}
"""Name of the tower -> its layer."""


def recurrent_towers(
    num_features: int,
    units: int = 64,
    seed: int | None = None,
    name: str = "recurrent_towers",
) -> keras.Model:
    """One recurrent layer of each kind, which read the same sequence and share nothing else.

    Each tower is a recurrent layer whose last output a linear layer turns into one number.
    Trained together they see the same batches, and no gradient flows between them.

    Args:
        num_features: Numbers at each step of a sequence.
        units: Size of the state of each recurrent layer.
        seed: Integer that makes the initial weights reproducible.
        name: Name of the model.

    Returns:
        Model from float32 sequences of shape `(batch_size, length, num_features)` to a
        dictionary: name of the tower -> float32 of shape `(batch_size, 1)`.

    Raises:
        ValueError: If a number is not positive.

    Example:

    >>> model = recurrent_towers(num_features=2, units=8, seed=1)
    >>> sorted(model(keras.ops.ones((3, 5, 2))))
    ['gru', 'lstm', 'simple_rnn']
    """
    check_positive_integers(num_features=num_features, units=units)
    sequence = keras.Input((None, num_features), dtype="float32", name="sequence")
    seeds, outputs = LayerSeeds(seed), {}
    for tower, layer in RECURRENT_TOWERS.items():
        state = layer(
            units,
            kernel_initializer=seeds.glorot_uniform(),
            recurrent_initializer=seeds.orthogonal(),
            name=f"{tower}_layer",
        )(sequence)
        # Float32 numbers, and so the loss, in mixed precision too.
        outputs[tower] = keras.layers.Dense(
            1, kernel_initializer=seeds.glorot_uniform(), dtype="float32", name=tower
        )(state)
    return keras.Model(sequence, outputs, name=name)
