"""What an export needs to know beside the model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kerasdl.export.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class Servable:
    """A trained model with all that an export of it needs, in whichever format.

    Args:
        kind: What it does, for example `"image_classifier"`; it decides how a
            reader of the artefact talks to it.
        model: The Keras model.
        signatures: The ways to call it; `serving_default` is one of them.
        labels: The names of the classes.
        sample: Three examples, as inputs of `serving_default`.
        reference: What Keras itself answers to such inputs, computed without
            the functions that are exported.
        derive: From the outputs that `reference` returns, those that follow from
            them: a class from probabilities. A class may flip where two
            probabilities are equal but for rounding, so an artefact's class is
            held against the artefact's own probabilities.
    """

    kind: str
    model: "keras.Model"
    signatures: dict[str, Signature]
    labels: tuple[str, ...]
    sample: Arrays
    reference: Callable[[Arrays], Arrays]
    derive: Callable[[Arrays], Arrays]

    def answer(self, inputs: Arrays) -> Arrays:
        """Returns every output of `serving_default`, as Keras computes it."""
        outputs = self.reference(inputs)
        return outputs | self.derive(outputs)
