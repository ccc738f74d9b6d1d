"""Keras layers, each a thin layer over a function in `kerasdl.ops`."""

from kerasdl.layers.regularization.inverted_dropout import InvertedDropout as InvertedDropout

__all__ = ["InvertedDropout"]
