"""Pictures about a model: arrays in, a matplotlib figure out.

The figures are made without pyplot: they need no display, change no global
state, and may be drawn in any thread. A notebook shows them after
`%matplotlib inline`; `save` writes them to a file.
"""

from kerasdl.plots.alignment import alignments as alignments
from kerasdl.plots.attention_maps import attention_maps as attention_maps
from kerasdl.plots.compared_curves import compared_curves as compared_curves
from kerasdl.plots.confusion import confusion_matrix as confusion_matrix
from kerasdl.plots.decision_boundary import decision_boundary as decision_boundary
from kerasdl.plots.image_classification import image_classification as image_classification
from kerasdl.plots.images import image_grid as image_grid
from kerasdl.plots.importance import token_importance as token_importance
from kerasdl.plots.learnt_curve import learnt_curve as learnt_curve
from kerasdl.plots.mistakes import most_wrong_images as most_wrong_images
from kerasdl.plots.mosaic import image_mosaic as image_mosaic
from kerasdl.plots.mosaic import image_versions as image_versions
from kerasdl.plots.roc import roc_curves as roc_curves
from kerasdl.plots.saving import save as save
from kerasdl.plots.text_classification import text_classification as text_classification
from kerasdl.plots.training_curves import curves as curves

__all__ = [
    "alignments",
    "attention_maps",
    "compared_curves",
    "confusion_matrix",
    "curves",
    "decision_boundary",
    "image_classification",
    "image_grid",
    "image_mosaic",
    "image_versions",
    "learnt_curve",
    "most_wrong_images",
    "roc_curves",
    "save",
    "text_classification",
    "token_importance",
]
