"""Attention layers."""

from kerasdl.layers.attention.additive_attention import AdditiveAttention as AdditiveAttention
from kerasdl.layers.attention.linear_attention import LinearAttention as LinearAttention
from kerasdl.layers.attention.linformer_attention import LinformerAttention as LinformerAttention
from kerasdl.layers.attention.local_attention import LocalAttention as LocalAttention
from kerasdl.layers.attention.multi_head_attention import MultiHeadAttention as MultiHeadAttention
from kerasdl.layers.attention.performer_attention import PerformerAttention as PerformerAttention
from kerasdl.layers.attention.scaled_dot_product_attention import (
    ScaledDotProductAttention as ScaledDotProductAttention,
)

__all__ = [
    "AdditiveAttention",
    "LinearAttention",
    "LinformerAttention",
    "LocalAttention",
    "MultiHeadAttention",
    "PerformerAttention",
    "ScaledDotProductAttention",
]
