"""Layers that regularise training by adding noise."""

from kerasdl.layers.regularization.drop_path import DropPath as DropPath
from kerasdl.layers.regularization.inverted_dropout import InvertedDropout as InvertedDropout

__all__ = [
    "DropPath",
    "InvertedDropout",
]
