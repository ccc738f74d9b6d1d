"""What all classifiers of images are asked to show."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from kerasdl.diagnostics.confusion import confusion_matrix as count
from kerasdl.diagnostics.probabilities import predict_probabilities
from kerasdl.plots.confusion import confusion_matrix
from kerasdl.plots.mistakes import most_wrong_images

if TYPE_CHECKING:
    import keras

    from kerasdl.data import ImageData

BATCH_SIZE = 512


def image_classification(model: "keras.Model", data: "ImageData") -> dict[str, Figure]:
    """Draws which class a model takes for which, and its worst mistakes, on the test images.

    Args:
        model: from images to logits of shape `(batch_size, num_classes)`.
        data: what the model was trained with; its test images are drawn.

    Returns:
        `confusion_matrix.png` and `most_wrong.png`, as a recipe's `pictures` returns them.
    """
    names, labels = data.info.class_names, data.test.labels
    probabilities = predict_probabilities(model, data.test_batches(BATCH_SIZE))
    matrix = count(labels, probabilities.argmax(axis=1), len(names))
    return {
        "confusion_matrix.png": confusion_matrix(matrix, names),
        "most_wrong.png": most_wrong_images(data.test.images, labels, probabilities, names),
    }
