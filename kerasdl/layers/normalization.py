"""The argument `normalization` of the blocks."""

import inspect
from typing import Any

import keras

from kerasdl.layers.batch_normalization import BatchNormalization
from kerasdl.layers.last_axis_normalization import LayerNormalization, RMSNormalization

_NAMED: dict[str, tuple[type[keras.layers.Layer], dict[str, float]]] = {
    "batch_norm": (BatchNormalization, {"momentum": 0.9, "epsilon": 1e-5}),
    "layer_norm": (LayerNormalization, {"epsilon": 1e-6}),
    "rms_norm": (RMSNormalization, {"epsilon": 1e-6}),
}


class Normalization:
    """A kind of normalization, of which a block makes as many layers as it needs.

    It is no layer: one that a block held but never called would have no weights.

    Args:
        identifier: `"batch_norm"`, `"layer_norm"`, `"rms_norm"`; or a Keras layer, or the
            config of one, that others are made like.

    Raises:
        ValueError: If `identifier` is something else.

    Example:

    >>> import keras
    >>> from kerasdl.layers.normalization import Normalization
    >>> kind = Normalization(keras.layers.GroupNormalization(groups=4))
    >>> kind.make("first", dtype="float32").groups
    4
    """

    def __init__(self, identifier: Any) -> None:
        if isinstance(identifier, Normalization):
            identifier = identifier.config
        if isinstance(identifier, str) and identifier in _NAMED:
            self.config: Any = identifier
            self._kind, self._arguments = _NAMED[identifier]
            return
        layer = identifier
        if isinstance(identifier, dict):
            layer = keras.saving.deserialize_keras_object(identifier)
        if not isinstance(layer, keras.layers.Layer):
            raise ValueError(
                f"Received normalization={identifier!r}. Expected one of {tuple(_NAMED)} or a "
                "Keras layer, such as keras.layers.GroupNormalization(groups=8)."
            )
        self.config = keras.saving.serialize_keras_object(layer)
        self.config.pop("build_config", None)  # the same for a layer that has been called
        self._kind, self._arguments = type(layer), layer.get_config()

    def make(self, name: str, dtype: Any, **arguments: Any) -> keras.layers.Layer:
        """A new layer of this kind; `arguments` replace those of the kind.

        Raises:
            ValueError: If the kind does not know an argument.
        """
        unknown = set(arguments) - set(inspect.signature(self._kind).parameters)
        if unknown:
            raise ValueError(
                f"{self._kind.__name__} takes no {', '.join(sorted(unknown))}, which the block's "
                "arguments ask for. Give another `normalization`, or leave them out."
            )
        config = {**self._arguments, **arguments, "name": name, "dtype": dtype}
        return self._kind.from_config(config)
