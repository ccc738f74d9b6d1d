"""Examples of the test set, by which exports are judged besides the numbers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from kerasdl.exporting.signature import Arrays

Score = Callable[[Arrays], dict[str, float]]


@dataclass(frozen=True)
class TaskSample:
    """Examples with known answers, and what a model's answers to them are worth.

    Args:
        inputs: Examples, by input of `serving_default`.
        score: From what a model answers to all of them to metrics, by name. A `.keras` file
            answers with the outputs of the model itself: logits, for example.
    """

    inputs: Arrays
    score: Score


def task_sample(kind: str, arrays: Any, count: int = 256) -> TaskSample | None:
    """Takes examples of a split and the metric of a task.

    Args:
        kind: `Servable.kind`.
        arrays: The split, as `data.arrays("test")` returns it.
        count: How many examples are taken, evenly from all of them.

    Returns:
        The sample, or None for a kind without a metric here.

    Example:

    >>> rows, labels = np.zeros((9, 2), np.float32), np.zeros(9, np.int64)
    >>> sample = task_sample("numeric_classifier", (rows, labels), count=4)
    >>> sample.inputs["features"].shape
    (4, 2)
    >>> sample.score({"probabilities": np.array([[0.9, 0.1]] * 4)})
    {'accuracy': 1.0}
    """
    if kind not in _SAMPLES:
        return None
    inputs, targets, *_ = arrays
    if isinstance(inputs, dict):
        inputs = inputs["source"]
    total = len(inputs)
    places = np.linspace(0, total - 1, min(count, total)).round().astype(int)
    if isinstance(targets, dict):
        chosen: Any = {name: np.asarray(values)[places] for name, values in targets.items()}
    else:
        chosen = np.asarray(targets)[places]
    return _SAMPLES[kind](np.asarray(inputs)[places], chosen)


def _classification(name: str) -> Callable[[np.ndarray, np.ndarray], TaskSample]:
    def sample(inputs: np.ndarray, labels: np.ndarray) -> TaskSample:
        def score(outputs: Arrays) -> dict[str, float]:
            scores = outputs["probabilities"] if "probabilities" in outputs else outputs["output"]
            return {"accuracy": float(np.mean(scores.argmax(axis=-1) == labels))}

        return TaskSample({name: inputs}, score)

    return sample


def _reconstruction(name: str) -> Callable[[np.ndarray, np.ndarray], TaskSample]:
    def sample(inputs: np.ndarray, targets: np.ndarray) -> TaskSample:
        wanted = targets / np.float32(255) if targets.dtype == np.uint8 else targets

        def score(outputs: Arrays) -> dict[str, float]:
            if "logits" in outputs:  # the file of a variational autoencoder
                found = 0.5 + 0.5 * np.tanh(0.5 * outputs["logits"])
            else:
                name = "reconstruction" if "reconstruction" in outputs else "output"
                found = outputs[name]
            return {"squared_error": float(np.mean(np.square(found - wanted)))}

        return TaskSample({name: inputs}, score)

    return sample


def _regression(sequences: np.ndarray, targets: Arrays) -> TaskSample:
    def score(outputs: Arrays) -> dict[str, float]:
        return {
            f"{name}_squared_error": float(np.mean(np.square(np.ravel(outputs[name]) - values)))
            for name, values in ((name, np.ravel(values)) for name, values in targets.items())
        }

    return TaskSample({"sequence": sequences}, score)


def _next_token(tokens: np.ndarray, targets: np.ndarray) -> TaskSample:
    def score(outputs: Arrays) -> dict[str, float]:
        logits = outputs["logits"] if "logits" in outputs else outputs["output"]
        if logits.ndim == 3:  # the file answers for each token, the signature for the last
            logits = logits[:, -1]
        logits = logits.astype(np.float64)
        shifted = logits - logits.max(axis=-1, keepdims=True)
        log_likelihood = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
        chosen = np.take_along_axis(log_likelihood, targets[:, -1:], axis=-1)
        return {"nats_per_token": float(-np.mean(chosen))}

    return TaskSample({"tokens": tokens}, score)


def _translation(source: np.ndarray, labels: np.ndarray) -> TaskSample:
    def score(outputs: Arrays) -> dict[str, float]:
        right = (outputs["tokens"] == labels)[labels != 0]
        return {"token_accuracy": float(np.mean(right))}

    return TaskSample({"source": source}, score)


_SAMPLES: dict[str, Callable[[np.ndarray, Any], TaskSample]] = {
    "image_autoencoder": _reconstruction("image"),
    "image_classifier": _classification("image"),
    "language_model": _next_token,
    "numeric_autoencoder": _reconstruction("features"),
    "numeric_classifier": _classification("features"),
    "sequence_regressor": _regression,
    "text_classifier": _classification("tokens"),
    "translator": _translation,
}
