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

    Most signatures of a model answer the question of `serving_default` in another form,
    and say how their form follows from it: an export checks that they agree exactly. A
    signature that answers another question (encode, decode, generate) says with
    `reference` what Keras answers, and is compared with that.

    Args:
        function: Takes the inputs by position, in the order of `inputs`, and returns
            a dictionary of tensors with a leading batch axis; traced without AutoGraph.
        inputs: The name and `tf.TensorSpec` of each input.
        request: From inputs of `serving_default`, the inputs of this signature.
        response: From outputs of `serving_default`, what this signature must
            answer, exactly; not asked where there is a `reference`.
        reference: From inputs of this signature, what Keras itself answers, computed
            without `function`; floats may differ by the tolerance of the export.
    """

    function: "Callable[..., dict[str, tf.Tensor]]"
    inputs: "dict[str, tf.TensorSpec]"
    request: Callable[[Arrays], Arrays] = unchanged
    response: Callable[[Arrays], Arrays] = unchanged
    reference: Callable[[Arrays], Arrays] | None = None
