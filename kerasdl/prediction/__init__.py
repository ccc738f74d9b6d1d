"""What a model says about inputs that a person has at hand: files, sentences, numbers.

A `Predictor` for each kind of model reads such inputs, asks the model by its
signatures, be it a run's Keras model or an export, and tells the answer as rows for
programs and as text for people. Importing this package loads neither Keras nor TensorFlow.
"""

from kerasdl.prediction.image_autoencoder import (
    ImageAutoencoderPredictor as ImageAutoencoderPredictor,
)
from kerasdl.prediction.image_classifier import ImageClassifierPredictor as ImageClassifierPredictor
from kerasdl.prediction.kinds import predictor_for as predictor_for
from kerasdl.prediction.language_model import LanguageModelPredictor as LanguageModelPredictor
from kerasdl.prediction.language_model import continuations as continuations
from kerasdl.prediction.numeric_autoencoder import (
    NumericAutoencoderPredictor as NumericAutoencoderPredictor,
)
from kerasdl.prediction.numeric_classifier import (
    NumericClassifierPredictor as NumericClassifierPredictor,
)
from kerasdl.prediction.prediction import Prediction as Prediction
from kerasdl.prediction.predictor import Predictor as Predictor
from kerasdl.prediction.sequence_regressor import (
    SequenceRegressorPredictor as SequenceRegressorPredictor,
)
from kerasdl.prediction.text_classifier import (
    TextClassifierPredictor as TextClassifierPredictor,
)
from kerasdl.prediction.translator import TranslatorPredictor as TranslatorPredictor
from kerasdl.prediction.translator import translate as translate

__all__ = [
    "ImageAutoencoderPredictor",
    "ImageClassifierPredictor",
    "LanguageModelPredictor",
    "NumericAutoencoderPredictor",
    "NumericClassifierPredictor",
    "Prediction",
    "Predictor",
    "SequenceRegressorPredictor",
    "TextClassifierPredictor",
    "TranslatorPredictor",
    "continuations",
    "predictor_for",
    "translate",
]
