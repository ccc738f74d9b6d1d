"""The `ClassToken` layer."""

from typing import Any

import keras
from keras import ops

from kerasdl.layers.arguments import check_sequence_shape
from kerasdl.layers.padding import merge_padding, zero_padding
from kerasdl.registration import public


@public
class ClassToken(keras.layers.Layer):
    """Puts one learned vector in front of each sequence.

    Attention collects in it what a classifier needs from the whole sequence, and
    the classifier then reads position 0 alone (BERT's [CLS]; Dosovitskiy et al.
    2021, https://arxiv.org/abs/2010.11929, equation 1). A mask grows with the
    sequence: the token itself is never masked.

    Args:
        initializer: Initializer of the token.
        **kwargs: Arguments of `keras.layers.Layer`: `name`, `dtype`, `trainable`.

    Call arguments:
        inputs: Float tensor `[batch, time, width]`.
        mask: Optional boolean tensor `[batch, time]`, True = keep. Masked positions come out
            as zeros, and the outputs carry the mask on, one position longer.

    Returns:
        Float tensor `[batch, 1 + time, width]`.

    Raises:
        ValueError: If the inputs are not of rank 3 with a known width.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> tuple(kerasdl.layers.ClassToken()(np.zeros((2, 5, 8), "float32")).shape)
    (2, 6, 8)
    """

    def __init__(self, initializer: Any = "zeros", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.initializer = keras.initializers.get(initializer)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        """Creates the token."""
        check_sequence_shape(input_shape)
        self.token = self.add_weight(
            name="token", shape=(1, 1, input_shape[-1]), initializer=self.initializer
        )

    def call(self, inputs: Any, mask: Any = None) -> Any:
        """Prepends the token."""
        inputs = zero_padding(inputs, merge_padding(mask, None))
        batch, _, width = ops.shape(inputs)
        token = ops.broadcast_to(ops.cast(self.token, inputs.dtype), (batch, 1, width))
        return ops.concatenate([token, inputs], axis=1)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """The mask, with True for the token in front."""
        if previous_mask is None:
            return None
        keep = ops.ones_like(previous_mask[:, :1])
        return ops.concatenate([keep, previous_mask], axis=1)

    def compute_output_shape(self, input_shape: Any) -> tuple[int | None, ...]:
        """One position more."""
        batch, time, width = input_shape
        return (batch, None if time is None else time + 1, width)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same layer again."""
        config = super().get_config()
        config.update(initializer=keras.initializers.serialize(self.initializer))
        return config
