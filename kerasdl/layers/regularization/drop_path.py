"""The `DropPath` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.layers.arguments import check_rates
from kerasdl.registration import public


@public
class DropPath(keras.layers.Layer):
    """Drops a whole residual branch at random, for each example by itself (stochastic depth).

    Put on the branch before it is added to the shortcut, it trains an ensemble of
    networks of many depths. What is kept is scaled by 1 / (1 - rate), so that
    nothing changes at inference (Huang et al. 2016,
    https://arxiv.org/abs/1603.09382, scaled while training instead of afterwards).

    Args:
        rate: Probability of dropping an example's branch, in `[0, 1)`.
        seed: Integer that makes the choices reproducible.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, ...]`.
        training: Whether to drop. Default: False.

    Returns:
        Float tensor of the same shape: each example zero or scaled.

    Raises:
        ValueError: If the rate is outside `[0, 1)`.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.DropPath(rate=0.5, seed=1)
    >>> outputs = layer(np.ones((8, 3), "float32"), training=True)
    >>> sorted(set(map(tuple, outputs.numpy().tolist())))
    [(0.0, 0.0, 0.0), (2.0, 2.0, 2.0)]
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_rates(rate=rate)
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Drops examples while training; returns the inputs otherwise."""
        if not training or self.rate == 0:
            return inputs
        shape = (ops.shape(inputs)[0], *(1,) * (len(inputs.shape) - 1))
        keep = keras.random.uniform(shape, dtype="float32", seed=self.seed_generator) >= self.rate
        return ops.where(keep, inputs / (1 - self.rate), ops.zeros_like(inputs))

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(rate=self.rate, seed=self.seed)
        return config
