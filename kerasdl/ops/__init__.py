"""Pure functions on tensors: the mathematics under the layers, without state."""

# First, and not from within one of the modules below: importing Keras makes
# kerasdl import its layers (see kerasdl.registration), and they need those modules.
import keras  # noqa: F401

from kerasdl.ops.dropout import dropout as dropout
from kerasdl.ops.random import keep_mask as keep_mask
from kerasdl.ops.random import random_bits as random_bits
from kerasdl.ops.random import random_normal as random_normal
from kerasdl.ops.random import random_uniform as random_uniform

__all__ = ["dropout", "keep_mask", "random_bits", "random_normal", "random_uniform"]
