"""Checks and conversions of arguments that layers share."""

from typing import Any

import keras

from kerasdl.arguments import check_positive_integers


def check_head_groups(num_heads: Any, num_key_value_heads: Any) -> None:
    """Checks the numbers of heads of grouped-query attention.

    Raises:
        ValueError: If one is not a positive integer, or the second no divisor of the first.
    """
    check_positive_integers(num_heads=num_heads)
    if num_key_value_heads is None:
        return
    check_positive_integers(num_key_value_heads=num_key_value_heads)
    if num_heads % num_key_value_heads:
        raise ValueError(
            f"Received num_heads={num_heads}, num_key_value_heads={num_key_value_heads}. "
            "Expected a divisor of `num_heads`: each key head serves as many query heads."
        )


def check_sequence_shape(shape: Any) -> None:
    """Checks that a shape is `(batch, time, width)` with a known width.

    Raises:
        ValueError: If it is not.
    """
    if len(shape) != 3 or shape[-1] is None:
        raise ValueError(
            f"Received inputs of shape {tuple(shape)}. Expected (batch, time, width) with a known "
            "width: embed tokens, or cut images into patches, first."
        )


def fresh(initializer: Any) -> Any:
    """A copy of an initializer, so that two weights of one shape do not start out equal.

    An initializer without a seed picks one when it is made and then gives the
    same values for the same shape every time.
    """
    is_initializer = isinstance(initializer, keras.initializers.Initializer)
    return initializer.clone() if is_initializer else initializer


def adopt_rotary(rotary: Any, dtype: Any) -> keras.layers.Layer | None:
    """A copy of a rotary layer, or the layer of a config, in the dtypes of its new owner.

    Raises:
        ValueError: If `rotary` is neither a layer, nor a config, nor None.
    """
    if rotary is None:
        return None
    layer = keras.saving.deserialize_keras_object(rotary) if isinstance(rotary, dict) else rotary
    if not isinstance(layer, keras.layers.Layer):
        raise ValueError(
            f"Received rotary={rotary!r}. Expected a Keras layer that takes `start_index`, "
            "such as RotaryPositionalEmbedding()."
        )
    return type(layer).from_config({**layer.get_config(), "dtype": dtype})


def serialize_rotary(rotary: keras.layers.Layer | None) -> dict[str, Any] | None:
    """A rotary layer for a config, the same before and after it is built."""
    if rotary is None:
        return None
    config = keras.saving.serialize_keras_object(rotary)
    config.pop("build_config", None)
    return config
