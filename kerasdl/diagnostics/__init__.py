"""Numbers about a model: arrays in, numbers out."""

from kerasdl.diagnostics.confusion import confusion_matrix as confusion_matrix
from kerasdl.diagnostics.confusion import per_class_accuracy as per_class_accuracy
from kerasdl.diagnostics.evidence import evidence_bounds as evidence_bounds
from kerasdl.diagnostics.evidence import independent_pixels as independent_pixels
from kerasdl.diagnostics.language_models import nats_per_character as nats_per_character
from kerasdl.diagnostics.language_models import ngram_baselines as ngram_baselines
from kerasdl.diagnostics.latents import decode_images as decode_images
from kerasdl.diagnostics.latents import interpolate as interpolate
from kerasdl.diagnostics.latents import latent_plane as latent_plane
from kerasdl.diagnostics.latents import widest_axes as widest_axes
from kerasdl.diagnostics.mistakes import MostWrong as MostWrong
from kerasdl.diagnostics.mistakes import most_wrong as most_wrong
from kerasdl.diagnostics.ngrams import bigram_cross_entropy as bigram_cross_entropy
from kerasdl.diagnostics.ngrams import unigram_cross_entropy as unigram_cross_entropy
from kerasdl.diagnostics.probabilities import predict_probabilities as predict_probabilities

__all__ = [
    "MostWrong",
    "bigram_cross_entropy",
    "confusion_matrix",
    "decode_images",
    "evidence_bounds",
    "independent_pixels",
    "interpolate",
    "latent_plane",
    "most_wrong",
    "nats_per_character",
    "ngram_baselines",
    "per_class_accuracy",
    "predict_probabilities",
    "unigram_cross_entropy",
    "widest_axes",
]
