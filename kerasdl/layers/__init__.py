"""Keras layers, each a thin layer over a function in `kerasdl.ops`."""
