"""A classifier of rows of numbers as a `Servable`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.class_probabilities import (
    answer,
    check_labels,
    class_of,
    classify_response,
    reference_answer,
    require_logits,
)
from kerasdl.exporting.servable import Servable
from kerasdl.exporting.signature import Arrays, Signature

if TYPE_CHECKING:
    import keras

SAMPLE_SIZE = 3


def numeric_classifier(
    model: "keras.Model",
    features: Sequence[str],
    class_names: Sequence[str],
    sample_rows: Any,
) -> Servable:
    """Describes a classifier of rows of numbers for export and prediction.

    Its signatures:

    - `serving_default`: `features`, float32 `[n, f]` ->
      `probabilities` float32 `[n, k]`, `class` int64 `[n]`, `label` string `[n]`.
    - `classify`: `inputs`, string `[n]`, serialized `tf.train.Example`s with one float feature
      for each name in `features` -> `classes` string `[n, k]`, `scores` float32
      `[n, k]`, the contract of TensorFlow Serving's Classify method.

    Args:
        model: Has one float32 input named `features`, `[n, f]`, and returns logits `[n, k]`.
            Its preprocessing (standardising) is part of it.
        features: The f names of the numbers, in the order of the input.
        class_names: The k labels, in the order of the logits.
        sample_rows: Numbers `[m, f]`; the first three are what an export is checked with.

    Returns:
        The `Servable`; its `details` hold `features`.

    Raises:
        ValueError: If the model, the names, the labels or the rows do not fit this.

    Example:

    >>> import keras
    >>> row = keras.Input((2,), name="features")
    >>> model = keras.Model(row, keras.layers.Dense(2)(row))
    >>> servable = numeric_classifier(model, ["x", "y"], ["in", "out"], [[0.0, 1.0]])
    >>> sorted(servable.signatures)
    ['classify', 'serving_default']
    """
    import tensorflow as tf

    features = tuple(features)
    found = [(x.name, x.dtype, tuple(x.shape)) for x in model.inputs]
    if found != [("features", "float32", (None, len(features)))]:
        raise ValueError(
            f"Received a model with inputs {found}. Expected one float32 input named 'features' "
            f"of shape (None, {len(features)}), one number for each of {features}."
        )
    labels = check_labels(class_names)
    require_logits(model, len(labels))
    rows = np.asarray(sample_rows, np.float32)
    if rows.ndim != 2 or rows.shape[1] != len(features) or not len(rows):
        raise ValueError(
            f"Received sample rows of shape {rows.shape}. Expected {(SAMPLE_SIZE, len(features))}."
        )
    rows_spec = tf.TensorSpec([None, len(features)], tf.float32, name="features")

    # One traced function under both signatures, so that the artefact holds the model once.
    @tf.function(input_signature=[rows_spec], autograph=False)
    def serving_default(features: tf.Tensor) -> dict[str, tf.Tensor]:
        return answer(model(features, training=False), labels)

    def classify(inputs: tf.Tensor) -> dict[str, tf.Tensor]:
        one = tf.io.FixedLenFeature([], tf.float32)
        parsed = tf.io.parse_example(inputs, dict.fromkeys(features, one))
        scores = serving_default(tf.stack([parsed[name] for name in features], axis=1))
        return {
            "classes": tf.tile([labels], [tf.shape(inputs)[0], 1]),
            "scores": scores["probabilities"],
        }

    return Servable(
        kind="numeric_classifier",
        model=model,
        signatures={
            "serving_default": Signature(serving_default, {"features": rows_spec}),
            "classify": Signature(
                classify,
                {"inputs": tf.TensorSpec([None], tf.string)},
                request=lambda inputs: {"inputs": _examples(inputs["features"], features)},
                response=classify_response(labels),
            ),
        },
        sample={"features": rows[np.arange(SAMPLE_SIZE) % len(rows)]},
        reference=lambda inputs: reference_answer(model(inputs["features"], training=False)),
        derive=class_of(labels),
        labels=labels,
        details={"features": list(features)},
    )


def _examples(rows: np.ndarray, features: Sequence[str]) -> np.ndarray:
    import tensorflow as tf

    def encode(row: Arrays) -> bytes:
        values = {
            name: tf.train.Feature(float_list=tf.train.FloatList(value=[value]))
            for name, value in zip(features, row, strict=True)
        }
        return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()

    return np.array([encode(row) for row in rows], dtype=object)
