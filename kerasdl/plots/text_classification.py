"""What all classifiers of texts are asked to show."""

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from kerasdl.diagnostics.confusion import confusion_matrix as count
from kerasdl.diagnostics.occlusion import token_importance as importance
from kerasdl.diagnostics.probabilities import predict_probabilities
from kerasdl.plots.confusion import confusion_matrix
from kerasdl.plots.importance import token_importance

if TYPE_CHECKING:
    import keras

    from kerasdl.data import LabelledTextData

BATCH_SIZE = 512
_TEXTS = 6


def text_classification(model: "keras.Model", data: "LabelledTextData") -> dict[str, Figure]:
    """Draws which class a model takes for which, and what its answers to some test texts rest on.

    Args:
        model: from tokens to logits of shape `(batch_size, num_classes)`.
        data: what the model was trained with; its test texts are drawn, of each class the first.

    Returns:
        `confusion_matrix.png` and `importance.png`, as a recipe's `pictures` returns them.
    """
    names, labels = data.info.class_names, data.test.labels
    probabilities = predict_probabilities(model, data.test_batches(BATCH_SIZE))
    matrix = count(labels, probabilities.argmax(axis=1), len(names))
    _, first = np.unique(labels, return_index=True)
    shown, length = data.test.take(first[:_TEXTS]), data.info.details["length"]
    tokens = [data.tokenizer.encode(text)[:length] for text in shown.texts]
    captions = [
        f"is {names[label]}, said {names[row.argmax()]} ({row.max():.0%})".replace("%", " %")
        for label, row in zip(shown.labels, probabilities[first], strict=False)
    ]
    return {
        "confusion_matrix.png": confusion_matrix(matrix, names),
        "importance.png": token_importance(
            shown.texts,
            [data.tokenizer.split(text)[:length] for text in shown.texts],
            [importance(model, row, data.tokenizer.unknown) for row in tokens],
            captions,
        ),
    }
