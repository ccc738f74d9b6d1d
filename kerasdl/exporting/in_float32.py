"""A model that was trained in 16 bits, in 32."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

_POLICIES = {"mixed_bfloat16": "float32", "mixed_float16": "float32"}


def in_float32(model: "keras.Model") -> "keras.Model":
    """Returns a model that computes in float32, with the same weights.

    For answers that are chosen one after another: in 16 bits many candidates of a search are
    equally good, and which of them wins depends on how a program rounds.

    Args:
        model: A model trained in mixed precision, whose weights are float32 already; one
            that computes in float32 is returned as it is.

    Example:

    >>> import keras
    >>> inputs = keras.Input((4,))
    >>> model = keras.Model(inputs, keras.layers.Dense(2, dtype="mixed_bfloat16")(inputs))
    >>> in_float32(model).layers[-1].compute_dtype
    'float32'
    """
    import keras

    config = keras.saving.serialize_keras_object(model)
    changed = _replaced(config)
    if changed == config:
        return model
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")  # that of the inputs, which have none of their own
    try:
        copy = keras.saving.deserialize_keras_object(changed)
    finally:
        keras.config.set_dtype_policy(policy)
    copy.set_weights(model.get_weights())
    return copy


def _replaced(config: Any) -> Any:
    if isinstance(config, dict):
        return {key: _replaced(value) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return type(config)(_replaced(value) for value in config)
    return _POLICIES.get(config, config) if isinstance(config, str) else config
