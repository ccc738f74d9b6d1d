"""The `DropPath` layer."""

from collections.abc import Sequence
from typing import Any

from kerasdl.arguments import check_rates
from kerasdl.layers.random_layer import RandomLayer
from kerasdl.ops.dropout import dropout
from kerasdl.registration import public


@public
class DropPath(RandomLayer):
    """Drops whole examples of a residual branch while training: stochastic depth.

    Put it at the end of the branch, before the addition: an example whose branch
    is dropped skips those layers. Each is dropped with probability `rate`; the others are
    multiplied by `1 / (1 - rate)`, so that at inference nothing has to be done. Deep
    residual networks train better so, usually with a rate that grows with depth.
    Huang et al. (2016), "Deep networks with stochastic depth".

    Args:
        rate: Probability that an example is dropped, in `[0, 1)`. With 0 the layer
            does nothing.
        seed: Integer that makes the choice reproducible. Each call draws anew.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Floating-point tensor of shape `(batch_size, ...)`.
        training: Whether to drop. Default: False.

    Returns:
        Tensor of the shape and dtype of `inputs`. The mask of a sequence is passed on.

    Raises:
        ValueError: If the rate is outside `[0, 1)`, or the inputs have no dimension.

    Example:

    >>> import numpy as np
    >>> branch = np.ones((4, 3), "float32")
    >>> outputs = DropPath(rate=0.5, seed=1)(branch, training=True)
    >>> bool((outputs.numpy().min(axis=1) == outputs.numpy().max(axis=1)).all())
    True
    """

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        check_rates(rate=rate)
        self.rate = rate
        self.supports_masking = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Drops examples while training; returns the inputs otherwise."""
        if not training:
            return inputs
        rank = len(inputs.shape)
        if rank == 0:
            raise ValueError("DropPath needs inputs of shape (batch_size, ...). Received: a scalar")
        return dropout(inputs, self.rate, self.seed_generator, (None,) + (1,) * (rank - 1))

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        return super().get_config() | {"rate": self.rate}
