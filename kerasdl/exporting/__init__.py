"""A trained model as an artefact that runs without kerasdl.

A `Servable` says what a model answers; each format writes it (`export_saved_model`,
`export_artifact`), reads it back with its own runtime, and compares with what Keras says;
`kerasdl.export` does so for any Keras model. Importing this package loads neither Keras nor
TensorFlow.
"""

from kerasdl.exporting.artifact import export_artifact as export_artifact
from kerasdl.exporting.artifact_report import ArtifactReport as ArtifactReport
from kerasdl.exporting.export import export as export
from kerasdl.exporting.export_error import ExportError as ExportError
from kerasdl.exporting.export_report import ExportReport as ExportReport
from kerasdl.exporting.image_autoencoder import image_autoencoder as image_autoencoder
from kerasdl.exporting.image_classifier import image_classifier as image_classifier
from kerasdl.exporting.input_error import InputError as InputError
from kerasdl.exporting.keras_model import keras_model as keras_model
from kerasdl.exporting.language_model import language_model as language_model
from kerasdl.exporting.numeric_autoencoder import numeric_autoencoder as numeric_autoencoder
from kerasdl.exporting.numeric_classifier import numeric_classifier as numeric_classifier
from kerasdl.exporting.read_images import ReadImages as ReadImages
from kerasdl.exporting.read_images import read_images as read_images
from kerasdl.exporting.read_images import read_samples as read_samples
from kerasdl.exporting.read_texts import read_texts as read_texts
from kerasdl.exporting.saved_model import export_saved_model as export_saved_model
from kerasdl.exporting.sequence_regressor import sequence_regressor as sequence_regressor
from kerasdl.exporting.servable import Servable as Servable
from kerasdl.exporting.served_model import ServedModel as ServedModel
from kerasdl.exporting.signature import Signature as Signature
from kerasdl.exporting.task_sample import TaskSample as TaskSample
from kerasdl.exporting.task_sample import task_sample as task_sample
from kerasdl.exporting.text_classifier import text_classifier as text_classifier
from kerasdl.exporting.translator import translator as translator

__all__ = [
    "ArtifactReport",
    "ExportError",
    "ExportReport",
    "InputError",
    "ReadImages",
    "Servable",
    "ServedModel",
    "Signature",
    "TaskSample",
    "export",
    "export_artifact",
    "export_saved_model",
    "image_autoencoder",
    "image_classifier",
    "keras_model",
    "language_model",
    "numeric_autoencoder",
    "numeric_classifier",
    "read_images",
    "read_samples",
    "read_texts",
    "sequence_regressor",
    "task_sample",
    "text_classifier",
    "translator",
]
