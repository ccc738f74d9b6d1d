"""What the vision layers expect of their input."""

from typing import Any

import keras


def check_image_shape(shape: Any) -> None:
    """Checks that a shape is `(batch, height, width, channels)` with known channels.

    Raises:
        ValueError: If it is not, or if Keras is set to channels first.
    """
    if keras.config.image_data_format() != "channels_last":
        raise ValueError(
            f"Keras is set to {keras.config.image_data_format()!r}, and kerasdl's vision layers "
            "take channels last. Call keras.config.set_image_data_format('channels_last') and "
            "transpose the images, for example with keras.layers.Permute((2, 3, 1))."
        )
    if len(shape) != 4 or shape[-1] is None:
        raise ValueError(
            f"Received images of shape {tuple(shape)}. Expected (batch, height, width, channels) "
            "with a known number of channels; add an axis of size 1 to grey images."
        )


def strided(size: int | None, strides: int) -> int | None:
    """Size of an axis after a convolution with `padding="same"`."""
    return None if size is None else -(-size // strides)
