"""What an export needs to know beside the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras


def nothing(outputs: Arrays) -> Arrays:
    """Returns no outputs."""
    return {}


@dataclass(frozen=True)
class Servable:
    """A trained model with all that an export of it needs, in whichever format.

    Args:
        kind: What it does, for example `"image_classifier"`; it decides how a
            reader of the artefact talks to it.
        model: The Keras model.
        signatures: The ways to call it; `serving_default` is one of them.
        sample: Three examples, as inputs of `serving_default`.
        reference: What Keras itself answers to such inputs, computed without
            the functions that are exported; floats are compared within a tolerance,
            anything else must be equal.
        derive: From the outputs that `reference` returns, those that follow from
            them: a class from probabilities. A class may flip where two
            probabilities are equal but for rounding, so an artefact's class is
            held against the artefact's own probabilities.
        labels: The names of the classes; empty where there are none.
        details: What a reader of the artefact must know besides, as JSON types.
        files: File name -> text, kept beside the model: a tokenizer, a vocabulary.
        resources: What the signatures hold besides variables: lookup tables.
    """

    kind: str
    model: "keras.Model"
    signatures: dict[str, Signature]
    sample: Arrays
    reference: Callable[[Arrays], Arrays]
    derive: Callable[[Arrays], Arrays] = nothing
    labels: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[Any, ...] = ()
