"""Numbers about a model: arrays in, numbers out."""

from kerasdl.diagnostics.confusion import confusion_matrix as confusion_matrix
from kerasdl.diagnostics.confusion import per_class_accuracy as per_class_accuracy
from kerasdl.diagnostics.mistakes import MostWrong as MostWrong
from kerasdl.diagnostics.mistakes import most_wrong as most_wrong
from kerasdl.diagnostics.probabilities import predict_probabilities as predict_probabilities

__all__ = [
    "MostWrong",
    "confusion_matrix",
    "most_wrong",
    "per_class_accuracy",
    "predict_probabilities",
]
