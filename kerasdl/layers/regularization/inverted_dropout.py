"""The `InvertedDropout` layer."""

from collections.abc import Sequence
from typing import Any

from kerasdl.arguments import check_rates
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.dropout import dropout
from kerasdl.registration import public


@public
class InvertedDropout(RandomLayer):
    """Sets random elements to zero while training and scales up the rest.

    Each element is kept with probability `1 - rate` and then multiplied by exactly
    `1 / (1 - rate)`, which keeps its expectation; at inference the inputs pass
    unchanged. Networks so trained rely less on single units and overfit less.
    Srivastava et al. (2014), "Dropout: a simple way to prevent neural networks
    from overfitting".

    It does what `keras.layers.Dropout` does, from other random numbers: a hash of
    each element's index, which XLA compiles into the surrounding computation
    (`kerasdl.ops.keep_mask`). The mask of a sequence is passed on.

    Args:
        rate: Probability of zero, in `[0, 1)`. With 0 the layer does nothing.
        noise_shape: Shape of the random mask, one entry for each dimension of the
            inputs, batch included: None for the input's own size, 1 to drop along that
            dimension all or nothing. `(None, 1, None)` drops whole features of a
            sequence. Default: one decision for each element.
        seed: Integer that makes the masks reproducible. Each call draws a new mask.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Floating-point tensor of any shape.
        training: Whether to drop. Default: False.

    Returns:
        Tensor of the shape and dtype of `inputs`.

    Raises:
        ValueError: If the rate is outside `[0, 1)`, or `noise_shape` holds anything
            but None and positive integers or does not fit the inputs.

    Example:

    >>> import numpy as np
    >>> layer = InvertedDropout(rate=0.5, seed=1)
    >>> inputs = np.ones((4, 3), "float32")
    >>> bool((layer(inputs) == inputs).numpy().all())
    True
    >>> sorted(set(layer(inputs, training=True).numpy().flat))
    [np.float32(0.0), np.float32(2.0)]
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, **kwargs)
        check_rates(rate=rate)
        if noise_shape is not None:
            noise_shape = tuple(noise_shape)
            if any(entry is not None and not _is_size(entry) for entry in noise_shape):
                raise ValueError(
                    f"noise_shape must hold None and positive integers. "
                    f"Received: noise_shape={noise_shape}"
                )
        self.rate = rate
        self.noise_shape = noise_shape
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drops elements while training; returns the inputs otherwise."""
        if not training:
            return inputs
        return dropout(inputs, self.rate, self.seed_generator, self.noise_shape)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        return config | {"rate": self.rate, "noise_shape": self.noise_shape}


def _is_size(entry: Any) -> bool:
    return isinstance(entry, int) and not isinstance(entry, bool) and entry > 0
