"""A model that reads sequences of numbers and answers with numbers, as a `Servable`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def sequence_regressor(
    model: "keras.Model", features: Sequence[str], sample_sequences: Any
) -> Servable:
    """Describes a model from sequences to named numbers for export and prediction.

    Its one signature, `serving_default`: `sequence`, float32 `[n, time, f]`, of any length ->
    for each output of the model its name, float32 `[n]`.

    A model trained in mixed precision is served in float32: what 16 bits round would add up
    over the steps.

    Args:
        model: Has one float32 input named `sequence`, `[n, time, f]`, and returns a dictionary:
            name -> `[n, 1]`.
        features: The f names of the numbers at each step, in the order of the input.
        sample_sequences: Numbers `[m, time, f]`; the first three are what an export is
            checked with.

    Returns:
        The `Servable`; its `details` hold `features`.

    Raises:
        ValueError: If the model, the names or the sequences do not fit this.

    Example:

    >>> import keras
    >>> sequence = keras.Input((None, 2), name="sequence")
    >>> total = keras.layers.Dense(1)(keras.layers.GRU(4)(sequence))
    >>> model = keras.Model(sequence, {"sum": total})
    >>> servable = sequence_regressor(model, ["value", "marker"], [[[0.5, 1.0], [0.1, 0.0]]])
    >>> servable.reference(servable.sample)["sum"].shape
    (3,)
    """
    import keras
    import tensorflow as tf

    from kerasdl.exporting.in_float32 import in_float32

    features = tuple(features)
    found = [(x.name, x.dtype, tuple(x.shape)) for x in model.inputs]
    if found != [("sequence", "float32", (None, None, len(features)))]:
        raise ValueError(
            f"Received a model with inputs {found}. Expected one float32 input named 'sequence' "
            f"of shape (None, None, {len(features)}), at each step a number for each of {features}."
        )
    shapes = model.compute_output_shape(model.input_shape)
    if not isinstance(shapes, dict) or set(shapes.values()) != {(None, 1)}:
        raise ValueError(
            f"Received a model with outputs of shape {shapes}. Expected a dictionary of "
            "outputs (None, 1)."
        )
    sequences = np.asarray(sample_sequences, np.float32)
    if sequences.ndim != 3 or sequences.shape[2] != len(features) or not sequences.size:
        raise ValueError(
            f"Received sample sequences of shape {sequences.shape}. Expected "
            f"(sequences, time, {len(features)})."
        )
    served = in_float32(model)
    spec = tf.TensorSpec([None, None, len(features)], tf.float32, name="sequence")

    def serving_default(sequence: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = served(sequence, training=False)
        return {name: tf.squeeze(numbers, axis=1) for name, numbers in outputs.items()}

    def reference(inputs: Arrays) -> Arrays:
        outputs = served(inputs["sequence"], training=False)
        return {
            name: keras.ops.convert_to_numpy(numbers)[:, 0] for name, numbers in outputs.items()
        }

    return Servable(
        kind="sequence_regressor",
        model=served,
        signatures={"serving_default": Signature(serving_default, {"sequence": spec})},
        sample={"sequence": sequences[np.arange(SAMPLE_SIZE) % len(sequences)]},
        reference=reference,
        details={"features": list(features)},
    )
