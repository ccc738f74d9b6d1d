"""Pure functions on tensors: the mathematics under the layers, without state."""

# First, and not from within one of the modules below: importing Keras makes
# kerasdl import its layers (see kerasdl.registration), and they need those modules.
import keras  # noqa: F401

from kerasdl.ops.activations import gelu as gelu
from kerasdl.ops.attention import scaled_dot_product_attention as scaled_dot_product_attention
from kerasdl.ops.attention_additive import additive_attention as additive_attention
from kerasdl.ops.attention_linear import linear_attention as linear_attention
from kerasdl.ops.attention_linear import orthogonal_gaussian as orthogonal_gaussian
from kerasdl.ops.attention_linear import performer_attention as performer_attention
from kerasdl.ops.attention_local import local_attention as local_attention
from kerasdl.ops.contrastive import info_nce as info_nce
from kerasdl.ops.contrastive import l2_normalize as l2_normalize
from kerasdl.ops.contrastive import nt_xent as nt_xent
from kerasdl.ops.decoding import beam_search as beam_search
from kerasdl.ops.decoding import greedy_search as greedy_search
from kerasdl.ops.dropout import dropout as dropout
from kerasdl.ops.gaussian import gaussian_kl as gaussian_kl
from kerasdl.ops.gaussian import gaussian_kl_terms as gaussian_kl_terms
from kerasdl.ops.gaussian import gaussian_log_likelihood as gaussian_log_likelihood
from kerasdl.ops.gaussian import gaussian_sample as gaussian_sample
from kerasdl.ops.masks import causal_mask as causal_mask
from kerasdl.ops.masks import merge_masks as merge_masks
from kerasdl.ops.masks import padding_mask as padding_mask
from kerasdl.ops.masks import sliding_window_mask as sliding_window_mask
from kerasdl.ops.normalization import layer_normalize as layer_normalize
from kerasdl.ops.normalization import rms_normalize as rms_normalize
from kerasdl.ops.pooling import spatial_pyramid_pool as spatial_pyramid_pool
from kerasdl.ops.positions import alibi_bias as alibi_bias
from kerasdl.ops.positions import alibi_slopes as alibi_slopes
from kerasdl.ops.positions import rotate as rotate
from kerasdl.ops.positions import sinusoidal_encoding as sinusoidal_encoding
from kerasdl.ops.random import keep_mask as keep_mask
from kerasdl.ops.random import random_bits as random_bits
from kerasdl.ops.random import random_normal as random_normal
from kerasdl.ops.random import random_uniform as random_uniform
from kerasdl.ops.recurrent import gru as gru
from kerasdl.ops.recurrent import lstm as lstm
from kerasdl.ops.recurrent import simple_rnn as simple_rnn
from kerasdl.ops.sampling import filter_logits as filter_logits
from kerasdl.ops.sampling import sample_token as sample_token
from kerasdl.ops.smoothed_crossentropy import smoothed_crossentropy as smoothed_crossentropy
from kerasdl.ops.triplet import batch_hard_triplet_loss as batch_hard_triplet_loss
from kerasdl.ops.triplet import triplet_loss as triplet_loss
from kerasdl.ops.variational import bernoulli_log_likelihood as bernoulli_log_likelihood
from kerasdl.ops.variational import elbo as elbo
from kerasdl.ops.variational import free_bits as free_bits

__all__ = [
    "additive_attention",
    "alibi_bias",
    "alibi_slopes",
    "batch_hard_triplet_loss",
    "beam_search",
    "bernoulli_log_likelihood",
    "causal_mask",
    "dropout",
    "elbo",
    "filter_logits",
    "free_bits",
    "gaussian_kl",
    "gaussian_kl_terms",
    "gaussian_log_likelihood",
    "gaussian_sample",
    "gelu",
    "greedy_search",
    "gru",
    "info_nce",
    "keep_mask",
    "l2_normalize",
    "layer_normalize",
    "linear_attention",
    "local_attention",
    "lstm",
    "merge_masks",
    "nt_xent",
    "orthogonal_gaussian",
    "padding_mask",
    "performer_attention",
    "random_bits",
    "random_normal",
    "random_uniform",
    "rms_normalize",
    "rotate",
    "sample_token",
    "scaled_dot_product_attention",
    "simple_rnn",
    "sinusoidal_encoding",
    "sliding_window_mask",
    "smoothed_crossentropy",
    "spatial_pyramid_pool",
    "triplet_loss",
]
