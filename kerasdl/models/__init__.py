"""Functions that return a `keras.Model` built from kerasdl layers."""

from kerasdl.models.mlp import mlp as mlp

__all__ = ["mlp"]
