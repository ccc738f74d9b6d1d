"""Layers that regularise training by adding noise."""

from kerasdl.layers.regularization.drop_path import DropPath as DropPath

__all__ = ["DropPath"]
