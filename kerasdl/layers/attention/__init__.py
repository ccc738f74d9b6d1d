"""Attention layers."""

from kerasdl.layers.attention.multi_head_attention import MultiHeadAttention as MultiHeadAttention

__all__ = ["MultiHeadAttention"]
