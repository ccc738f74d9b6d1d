"""Layers of generative models."""

from kerasdl.layers.generative.gaussian_sampling import GaussianSampling as GaussianSampling

__all__ = ["GaussianSampling"]
