"""The argument `activation` of feed-forward layers: an activation, or one with a gate."""

from typing import Any

import keras

from kerasdl.ops.activations import gelu

# Shazeer 2020, https://arxiv.org/abs/2002.05202, equations 5 and 6.
GATES = {"geglu": "gelu", "glu": "sigmoid", "reglu": "relu", "swiglu": "silu"}


def is_gated(activation: Any) -> bool:
    """Whether an activation is the name of a gated one."""
    return isinstance(activation, str) and activation in GATES


def get_activation(identifier: Any) -> Any:
    """What Keras knows under the identifier; the name of a gated activation stays a name."""
    return identifier if is_gated(identifier) else keras.activations.get(identifier)


def serialize_activation(activation: Any) -> Any:
    """The reverse of `get_activation`."""
    return activation if is_gated(activation) else keras.activations.serialize(activation)


def gate_of(activation: Any) -> Any:
    """The function that is applied to the gate of a gated activation; others are their own.

    GELU is the one that is faster than Keras's.
    """
    function = keras.activations.get(GATES[activation]) if is_gated(activation) else activation
    return gelu if function is keras.activations.gelu else function
