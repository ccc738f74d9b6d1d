"""Sinusoidal positional encoding."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive
from kerasdl.ops.positions import sinusoidal_encoding
from kerasdl.registration import public


@public
class SinusoidalPositionalEncoding(keras.layers.Layer):
    """Adds sines and cosines of the position to the inputs.

    Attention does not see order; this tells it (Vaswani et al., 2017, section 3.5). There is
    nothing to learn, no longest sequence, and in half precision no two positions that
    fall into one: angles are computed exactly, and the sinusoids rounded once. Not scaled:
    multiply embeddings by the square root of their width first, as the paper does, where
    they would be lost beside sinusoids of size 1.

    Args:
        max_wavelength: Wavelength, over 2 pi, that the last columns approach.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Tensor of shape `(batch, ..., time, width)`.
        start_index: Integer or scalar integer tensor: position of the first time step,
            not 0 where earlier ones were in an earlier call.

    Returns:
        Tensor of the shape of the inputs, in the compute dtype. A mask passes through.

    Raises:
        ValueError: The inputs have fewer than three axes, or `max_wavelength` is not positive.

    Example:

    >>> SinusoidalPositionalEncoding()(keras.ops.zeros((1, 2, 4))).numpy().round(2).tolist()
    [[[0.0, 1.0, 0.0, 1.0], [0.8399999737739563, 0.5400000214576721, 0.009999999776482582, 1.0]]]
    """

    def __init__(self, max_wavelength: float = 10000.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_positive(max_wavelength=max_wavelength)
        self.max_wavelength = max_wavelength
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Checks the shape; there are no weights."""
        check_sequence(type(self).__name__, input_shape)

    def call(self, inputs: Any, start_index: Any = 0) -> Any:
        """Adds the encoding; see the class."""
        encoding = sinusoidal_encoding(
            ops.shape(inputs)[-2],
            inputs.shape[-1],
            start_index,
            self.max_wavelength,
            keras.backend.standardize_dtype(inputs.dtype),
        )
        return inputs + encoding

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the inputs."""
        return mask

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """The shape of the inputs."""
        return tuple(input_shape)

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "max_wavelength": self.max_wavelength}


def check_sequence(layer: str, shape: Any) -> None:
    """Raises a ValueError unless a shape has a batch, a time and a feature axis."""
    if len(shape) < 3 or shape[-1] is None:
        raise ValueError(
            f"{layer} needs inputs of shape (batch, ..., time, width) with a known width. "
            f"Received shape {tuple(shape)}. Add the missing axis."
        )
