"""Layers through which a check hands a Keras mask over and gets it back."""

from typing import Any

import keras


class AttachMask(keras.layers.Layer):
    """Passes the first input on with the second as its Keras mask."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        """Returns the first of the two inputs as it is."""
        return keras.ops.multiply(inputs[0], 1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Returns the second input."""
        return inputs[1]


class ReadMask(keras.layers.Layer):
    """Returns the Keras mask of its input, or `None`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(autocast=False, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Returns the mask."""
        return mask
