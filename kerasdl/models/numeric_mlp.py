"""The multi-layer perceptron for numbers."""

from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import ArrayLike

from kerasdl.models.mlp import dense_head


def numeric_mlp(
    examples: ArrayLike,
    num_classes: int,
    hidden_units: Sequence[int] = (64, 64),
    dropout_rate: float = 0.0,
    seed: int | None = None,
    name: str = "numeric_mlp",
) -> keras.Model:
    """A multi-layer perceptron that classifies rows of numbers, standardisation included.

    Each number is brought to mean 0 and variance 1 over the examples, inside of the model and in
    float32 whatever it computes in, so that it takes numbers as they are.

    Args:
        examples: Numbers of shape `(examples, features)`, whose mean and variance are taken.
        num_classes: Number of classes, at least 2.
        hidden_units: Width of each hidden layer. Empty: a linear classifier.
        dropout_rate: Probability of dropping a hidden unit, in `[0, 1)`.
        seed: Integer that makes the initial weights and the dropout reproducible.
        name: Name of the model.

    Returns:
        Model from float32 `(batch_size, features)`, to float32 logits of shape
        `(batch_size, num_classes)`.

    Raises:
        ValueError: If an argument is out of its range.

    Example:

    >>> model = numeric_mlp([[20.0, 1.8], [30.0, 1.6]], num_classes=2, seed=1)
    >>> model.input_shape, model.output_shape
    ((None, 2), (None, 2))
    """
    values = np.asarray(examples, np.float64)
    if values.ndim != 2 or 0 in values.shape:
        raise ValueError(
            f"examples must be numbers of shape (examples, features). Received shape: "
            f"{values.shape}"
        )
    mean, variance = values.mean(axis=0), values.var(axis=0)
    # A column that never changes says nothing; rounding errors in it must not be blown up.
    constant = variance <= (1e-6 * np.abs(mean)) ** 2
    inputs = keras.Input((values.shape[1],), dtype="float32", name="features")
    x = keras.layers.Normalization(
        mean=mean.tolist(),
        variance=np.where(constant, 1.0, variance).tolist(),
        dtype="float32",
        name="standardize",
    )(inputs)
    return keras.Model(
        inputs, dense_head(x, num_classes, hidden_units, dropout_rate, seed), name=name
    )
