"""Layers that regularise training by adding noise."""
