"""Rotary positional embedding."""

from typing import Any

import keras

from kerasdl.arguments import check_positive
from kerasdl.layers.positions.sinusoidal_positional_encoding import check_sequence
from kerasdl.ops.positions import rotate
from kerasdl.registration import public


@public
class RotaryPositionalEmbedding(keras.layers.Layer):
    """Rotates the heads of queries and keys by their positions (RoPE).

    Their product then depends on the distance between the two alone, wherever they stand
    (Su et al., 2021, "RoFormer"). Give it to `MultiHeadAttention(rotary=...)`, or apply it to
    query and key yourself. Column `i` is paired with column `i + width / 2` ("rotate half");
    angles are computed in float32 or better, in every dtype.

    Args:
        base: What the frequencies are powers of; larger for longer contexts.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Tensor of shape `(batch, ..., time, width)`, of even width.
        start_index: Integer or scalar integer tensor: position of the first time step,
            not 0 where earlier ones are in a cache.

    Returns:
        Tensor of the shape of the inputs, in the compute dtype. A mask passes through.

    Raises:
        ValueError: The inputs have fewer than three axes or an odd width, or `base` is not
            positive.

    Example:

    >>> rotary = RotaryPositionalEmbedding()
    >>> rotary(keras.ops.ones((2, 4, 10, 8))).shape
    TensorShape([2, 4, 10, 8])
    """

    def __init__(self, base: float = 10000.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_positive(base=base)
        self.base = base
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Checks the shape; there are no weights."""
        check_sequence(type(self).__name__, input_shape)
        if input_shape[-1] % 2:
            raise ValueError(
                "A rotation turns pairs of columns, so the width must be even. "
                f"Received shape {tuple(input_shape)}."
            )

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """Rotates; see the class."""
        return rotate(inputs, start_index, self.base)

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs."""
        return mask

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "base": self.base}
