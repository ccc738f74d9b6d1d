"""Learned positional embedding."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.positions.sinusoidal_positional_encoding import check_sequence
from kerasdl.ops.positions import known_index
from kerasdl.registration import public


@public
class LearnedPositionalEmbedding(keras.layers.Layer):
    """Adds a learned vector for each position to the inputs.

    The choice of BERT, GPT-2 and the Vision Transformer (first in Gehring et al., 2017,
    "Convolutional sequence to sequence learning"). It knows no position that it was not
    trained on, so a sequence beyond `max_length` is an error.

    Args:
        max_length: Number of positions that are learned.
        initializer: Initializer of the table. None: normal with standard deviation 0.02, as in
            the models named above.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Tensor of shape `(batch, ..., time, width)`.
        start_index: Integer or scalar integer tensor: position of the first time step,
            not 0 where earlier ones were in an earlier call.

    Returns:
        Tensor of the shape of the inputs, in the compute dtype. A mask passes through.

    Raises:
        ValueError: A position beyond the table, where that is known when the layer is
            called; in a compiled function of unknown length TensorFlow's slice raises, and under
            XLA an unknown `start_index` is moved back so far that the sequence fits.

    Example:

    >>> LearnedPositionalEmbedding(max_length=10)(keras.ops.zeros((2, 7, 4))).shape
    TensorShape([2, 7, 4])
    """

    def __init__(self, max_length: int, initializer: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_positive_integers(max_length=max_length)
        self.max_length = max_length
        self.initializer = None if initializer is None else keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Creates the table of positions."""
        check_sequence(type(self).__name__, input_shape)
        self.positions = self.add_weight(
            name="positions",
            shape=(self.max_length, input_shape[-1]),
            initializer=self.initializer or keras.initializers.RandomNormal(stddev=0.02),
        )

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """Adds the positions; see the class."""
        length, width = ops.shape(inputs)[-2], inputs.shape[-1]
        self._check_length(inputs.shape[-2], start_index)
        table = ops.convert_to_tensor(self.positions)
        return inputs + ops.slice(table, (start_index, 0), (length, width))

    def _check_length(self, length: int | None, start_index: Any) -> None:
        start = known_index(start_index)
        if length is not None and start + length > self.max_length:
            raise ValueError(
                f"There are positions for {self.max_length} time steps. Received a sequence "
                f"that ends at {start + length} (start_index={start}, length={length}). "
                "Cut it, or give a larger `max_length`."
            )

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs."""
        return mask

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "max_length": self.max_length,
            "initializer": None
            if self.initializer is None
            else keras.initializers.serialize(self.initializer),
        }
