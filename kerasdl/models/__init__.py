"""Functions that return a `keras.Model` built from kerasdl layers."""
