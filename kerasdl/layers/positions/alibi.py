"""Attention with linear biases."""

from typing import Any

import keras
from keras import ops

from kerasdl.arguments import check_positive_integers
from kerasdl.layers.positions.sinusoidal_positional_encoding import check_sequence
from kerasdl.ops.positions import alibi_bias
from kerasdl.registration import public


@public
class ALiBi(keras.layers.Layer):
    """Gives the bias by which attention prefers what is near (ALiBi).

    Each head's scores are lowered in proportion to the distance, by a slope of its own; a
    model trained on short sequences then still works on longer ones (Press et al., 2022,
    "Train short, test long"). Give what it returns as `bias` to `MultiHeadAttention`.

    Args:
        num_heads: Number of heads; any, not only powers of two.
        **kwargs: `name`, `dtype`, `trainable`.

    Call arguments:
        query: Tensor of shape `(batch, query time, width)`, of which only the length counts.
        key: Tensor of shape `(batch, key time, width)`. Defaults to `query`.
        start_index: Integer or scalar integer tensor: position of the first query among the
            keys, not 0 where earlier keys are in a cache.
        key_length: Integer: number of keys, instead of `key`: the length of a cache.

    Returns:
        Tensor of shape `(num_heads, query time, key time)`: `-slope * distance`.

    Raises:
        ValueError: The number of heads is not positive, or an input has fewer than three axes.

    Example:

    >>> ALiBi(num_heads=2)(keras.ops.zeros((1, 2, 4))).numpy().tolist()
    [[[-0.0, -0.0625], [-0.0625, -0.0]], [[-0.0, -0.00390625], [-0.00390625, -0.0]]]
    """

    def __init__(self, num_heads: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_positive_integers(num_heads=num_heads)
        self.num_heads = num_heads
        self.supports_masking = True

    def build(self, query_shape: Any, key_shape: Any = None) -> None:
        """Checks the shapes; there are no weights."""
        check_sequence(type(self).__name__, query_shape)
        check_sequence(type(self).__name__, query_shape if key_shape is None else key_shape)

    def call(
        self,
        query: Any,
        key: Any = None,
        start_index: Any = 0,
        key_length: Any = None,
    ) -> Any:
        """Makes the bias; see the class."""
        if key_length is None:
            key_length = ops.shape(query if key is None else key)[-2]
        length = ops.shape(query)[-2]
        return alibi_bias(self.num_heads, length, key_length, start_index, self.compute_dtype)

    def compute_mask(self, query: Any, mask: Any = None) -> None:
        """None: the bias has no axis that a mask could be about."""
        del query, mask

    def compute_output_spec(
        self,
        query: Any,
        key: Any = None,
        start_index: Any = 0,
        key_length: Any = None,
    ) -> keras.KerasTensor:
        """Shape and dtype of the bias."""
        del start_index
        keys = (query if key is None else key).shape[-2] if key_length is None else key_length
        shape = (self.num_heads, query.shape[-2], keys)
        return keras.KerasTensor(shape, self.compute_dtype)

    def compute_output_shape(self, query_shape: Any, key_shape: Any = None) -> tuple[Any, ...]:
        """`(num_heads, query time, key time)`."""
        key_shape = query_shape if key_shape is None else key_shape
        return (self.num_heads, query_shape[-2], key_shape[-2])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        return {**super().get_config(), "num_heads": self.num_heads}
