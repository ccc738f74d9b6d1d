"""Blocks that transformers and mixers are stacked from."""

from kerasdl.layers.blocks.feed_forward import FeedForward as FeedForward
from kerasdl.layers.blocks.mixer_block import MixerBlock as MixerBlock
from kerasdl.layers.blocks.transformer_decoder_block import (
    TransformerDecoderBlock as TransformerDecoderBlock,
)
from kerasdl.layers.blocks.transformer_encoder_block import (
    TransformerEncoderBlock as TransformerEncoderBlock,
)

__all__ = ["FeedForward", "MixerBlock", "TransformerDecoderBlock", "TransformerEncoderBlock"]
