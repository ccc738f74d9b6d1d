"""One way to call an exported model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import tensorflow as tf

Arrays = dict[str, np.ndarray]


def unchanged(arrays: Arrays) -> Arrays:
    """Returns its argument."""
    return arrays


@dataclass(frozen=True)
class Signature:
    """One way to call an exported model: named tensors in, named tensors out.

    All signatures of a model answer the same question asked in different forms,
    so each says how its form follows from that of `serving_default`. An export
    checks it with that.

    Args:
        function: Takes the inputs by position, in the order of `inputs`, and returns
            a dictionary of tensors with a leading batch axis; traced without AutoGraph.
        inputs: The name and `tf.TensorSpec` of each input.
        request: From inputs of `serving_default`, the inputs of this signature.
        response: From outputs of `serving_default`, what this signature must
            answer, exactly.
    """

    function: "Callable[..., dict[str, tf.Tensor]]"
    inputs: "dict[str, tf.TensorSpec]"
    request: Callable[[Arrays], Arrays] = unchanged
    response: Callable[[Arrays], Arrays] = unchanged
