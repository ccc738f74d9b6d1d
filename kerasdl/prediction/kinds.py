"""Which predictor talks to which kind of model."""

from kerasdl.exporting.input_error import InputError
from kerasdl.exporting.served_model import ServedModel
from kerasdl.prediction.image_autoencoder import ImageAutoencoderPredictor
from kerasdl.prediction.image_classifier import ImageClassifierPredictor
from kerasdl.prediction.language_model import LanguageModelPredictor
from kerasdl.prediction.numeric_autoencoder import NumericAutoencoderPredictor
from kerasdl.prediction.numeric_classifier import NumericClassifierPredictor
from kerasdl.prediction.predictor import Predictor
from kerasdl.prediction.sequence_regressor import SequenceRegressorPredictor
from kerasdl.prediction.text_classifier import TextClassifierPredictor
from kerasdl.prediction.translator import TranslatorPredictor

PREDICTORS: dict[str, type[Predictor]] = {
    predictor.kind: predictor
    for predictor in (
        ImageAutoencoderPredictor,
        ImageClassifierPredictor,
        LanguageModelPredictor,
        NumericAutoencoderPredictor,
        NumericClassifierPredictor,
        SequenceRegressorPredictor,
        TextClassifierPredictor,
        TranslatorPredictor,
    )
}


def predictor_for(model: ServedModel) -> Predictor:
    """Returns the predictor for a model's kind.

    Raises:
        InputError: if there is none.
    """
    if model.kind not in PREDICTORS:
        raise InputError(
            f"kerasdl predict cannot talk to a model of kind {model.kind!r}; "
            f"expected one of {', '.join(sorted(PREDICTORS))}"
        )
    return PREDICTORS[model.kind](model)
