"""What every classifier answers: probabilities, class and label."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasdl.exporting.signature import Arrays

if TYPE_CHECKING:
    import keras
    import tensorflow as tf


def answer(logits: "tf.Tensor", labels: Sequence[str]) -> "dict[str, tf.Tensor]":
    """Returns `probabilities` float32 `[n, k]`, `class` int64 `[n]` and `label` string `[n]`.

    Args:
        logits: float `[n, k]`.
        labels: the k names.
    """
    import tensorflow as tf

    # In float32 whatever the model computes in: half precision cannot be answered over REST.
    probabilities = tf.nn.softmax(tf.cast(logits, tf.float32))
    index = tf.argmax(probabilities, axis=-1)
    return {
        "probabilities": probabilities,
        "class": index,
        "label": tf.gather(tf.constant(labels), index),
    }


def reference_answer(logits: Any) -> Arrays:
    """Returns the probabilities that follow from logits of Keras, computed by NumPy in float64."""
    import keras

    # Cast first: NumPy knows no bfloat16.
    values = keras.ops.convert_to_numpy(keras.ops.cast(logits, "float32")).astype(np.float64)
    # A model that has diverged gives NaN, which is reported where it is compared.
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(values - values.max(axis=-1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return {"probabilities": probabilities.astype(np.float32)}


def class_of(labels: Sequence[str]) -> Callable[[Arrays], Arrays]:
    """Returns the function from probabilities to class and label: `Servable.derive`."""
    names = as_bytes(labels)

    def derive(outputs: Arrays) -> Arrays:
        index = np.argmax(outputs["probabilities"], axis=-1)
        return {"class": index, "label": names[index]}

    return derive


def classify_response(labels: Sequence[str]) -> Callable[[Arrays], Arrays]:
    """Returns the function to what TensorFlow Serving's Classify method answers."""
    names = as_bytes(labels)

    def response(outputs: Arrays) -> Arrays:
        scores = outputs["probabilities"]
        return {"classes": np.tile(names, (len(scores), 1)), "scores": scores}

    return response


def as_bytes(words: Sequence[str]) -> np.ndarray:
    """Returns words as TensorFlow returns them, object `[n]`."""
    return np.array([word.encode() for word in words], dtype=object)


def check_labels(class_names: Sequence[str]) -> tuple[str, ...]:
    """Returns the labels of a classifier.

    Raises:
        ValueError: If they are not different lines of text.
    """
    labels = tuple(class_names)
    lines = all(isinstance(label, str) and label.splitlines() == [label] for label in labels)
    if not lines or len(set(labels)) != len(labels):
        raise ValueError(f"Received class names {labels}. Expected different lines of text.")
    return labels


def require_logits(model: "keras.Model", count: int) -> None:
    """Checks that a model returns the logits of so many classes.

    Raises:
        ValueError: If it returns something else.
    """
    import keras

    shapes = [tuple(x.shape) for x in model.outputs]
    if shapes != [(None, count)]:
        raise ValueError(
            f"Received {count} class names for a model with outputs of shape {shapes}. "
            f"Expected one output of logits, (None, {count})."
        )
    last = model.layers[-1]
    probabilities = (keras.activations.softmax, keras.activations.sigmoid)
    if isinstance(last, keras.layers.Softmax) or getattr(last, "activation", 0) in probabilities:
        raise ValueError(
            f"Received a model whose last layer, {last.name!r}, returns probabilities. "
            "Expected logits: leave out its activation."
        )
