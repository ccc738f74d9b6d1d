"""Numbers about a model: arrays in, numbers out."""

from kerasdl.diagnostics.alignment import Alignments as Alignments
from kerasdl.diagnostics.alignment import alignments as alignments
from kerasdl.diagnostics.anomalies import RocCurve as RocCurve
from kerasdl.diagnostics.anomalies import detection as detection
from kerasdl.diagnostics.anomalies import detection_areas as detection_areas
from kerasdl.diagnostics.anomalies import detections as detections
from kerasdl.diagnostics.anomalies import mean_squared_errors as mean_squared_errors
from kerasdl.diagnostics.anomalies import principal_components as principal_components
from kerasdl.diagnostics.anomalies import roc_curve as roc_curve
from kerasdl.diagnostics.attention import attention_rollout as attention_rollout
from kerasdl.diagnostics.attention import attention_weights as attention_weights
from kerasdl.diagnostics.bag_of_words import bag_of_words_accuracy as bag_of_words_accuracy
from kerasdl.diagnostics.baselines import image_baselines as image_baselines
from kerasdl.diagnostics.baselines import linear_accuracy as linear_accuracy
from kerasdl.diagnostics.baselines import majority_accuracy as majority_accuracy
from kerasdl.diagnostics.baselines import nearest_mean_accuracy as nearest_mean_accuracy
from kerasdl.diagnostics.confusion import confusion_matrix as confusion_matrix
from kerasdl.diagnostics.confusion import per_class_accuracy as per_class_accuracy
from kerasdl.diagnostics.evidence import evidence_bounds as evidence_bounds
from kerasdl.diagnostics.evidence import independent_pixels as independent_pixels
from kerasdl.diagnostics.language_models import nats_per_character as nats_per_character
from kerasdl.diagnostics.language_models import ngram_baselines as ngram_baselines
from kerasdl.diagnostics.latents import curves_through as curves_through
from kerasdl.diagnostics.latents import decode_images as decode_images
from kerasdl.diagnostics.latents import interpolate as interpolate
from kerasdl.diagnostics.latents import latent_plane as latent_plane
from kerasdl.diagnostics.latents import widest_axes as widest_axes
from kerasdl.diagnostics.mistakes import MostWrong as MostWrong
from kerasdl.diagnostics.mistakes import most_wrong as most_wrong
from kerasdl.diagnostics.ngrams import bigram_cross_entropy as bigram_cross_entropy
from kerasdl.diagnostics.ngrams import unigram_cross_entropy as unigram_cross_entropy
from kerasdl.diagnostics.occlusion import token_importance as token_importance
from kerasdl.diagnostics.probabilities import predict_probabilities as predict_probabilities
from kerasdl.diagnostics.translation import bleu as bleu
from kerasdl.diagnostics.translation import exact_match as exact_match
from kerasdl.diagnostics.translation import nearest_targets as nearest_targets
from kerasdl.diagnostics.translation import require_sacrebleu as require_sacrebleu
from kerasdl.diagnostics.translation import translation_scores as translation_scores

__all__ = [
    "Alignments",
    "MostWrong",
    "RocCurve",
    "alignments",
    "attention_rollout",
    "attention_weights",
    "bag_of_words_accuracy",
    "bigram_cross_entropy",
    "bleu",
    "confusion_matrix",
    "curves_through",
    "decode_images",
    "detection",
    "detection_areas",
    "detections",
    "evidence_bounds",
    "exact_match",
    "image_baselines",
    "independent_pixels",
    "interpolate",
    "latent_plane",
    "linear_accuracy",
    "majority_accuracy",
    "mean_squared_errors",
    "most_wrong",
    "nats_per_character",
    "nearest_mean_accuracy",
    "nearest_targets",
    "ngram_baselines",
    "per_class_accuracy",
    "predict_probabilities",
    "principal_components",
    "require_sacrebleu",
    "roc_curve",
    "token_importance",
    "translation_scores",
    "unigram_cross_entropy",
    "widest_axes",
]
