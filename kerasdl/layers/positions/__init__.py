"""Layers that tell a model where in a sequence something stands."""
