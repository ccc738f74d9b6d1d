"""Functions that return a `keras.Model` built from kerasdl layers."""

from kerasdl.models.autoencoder import image_autoencoder as image_autoencoder
from kerasdl.models.autoencoder import numeric_autoencoder as numeric_autoencoder
from kerasdl.models.char_rnn import char_rnn as char_rnn
from kerasdl.models.gpt import gpt as gpt
from kerasdl.models.lenet5 import lenet5 as lenet5
from kerasdl.models.mixer import MIXER_SIZES as MIXER_SIZES
from kerasdl.models.mixer import MixerSize as MixerSize
from kerasdl.models.mixer import mixer as mixer
from kerasdl.models.mlp import mlp as mlp
from kerasdl.models.next_token import NextToken as NextToken
from kerasdl.models.numeric_mlp import numeric_mlp as numeric_mlp
from kerasdl.models.recurrent_towers import RECURRENT_TOWERS as RECURRENT_TOWERS
from kerasdl.models.recurrent_towers import recurrent_towers as recurrent_towers
from kerasdl.models.resnet import resnet as resnet
from kerasdl.models.seq2seq import seq2seq_lstm as seq2seq_lstm
from kerasdl.models.seq2seq import seq2seq_transformer as seq2seq_transformer
from kerasdl.models.text_classifier import text_classifier_lstm as text_classifier_lstm
from kerasdl.models.text_classifier import (
    text_classifier_transformer as text_classifier_transformer,
)
from kerasdl.models.vae import vae as vae
from kerasdl.models.variational_autoencoder import VariationalAutoencoder as VariationalAutoencoder
from kerasdl.models.vgg import vgg as vgg
from kerasdl.models.vit import VIT_SIZES as VIT_SIZES
from kerasdl.models.vit import ViTSize as ViTSize
from kerasdl.models.vit import vit as vit

__all__ = [
    "MIXER_SIZES",
    "RECURRENT_TOWERS",
    "VIT_SIZES",
    "MixerSize",
    "NextToken",
    "VariationalAutoencoder",
    "ViTSize",
    "char_rnn",
    "gpt",
    "image_autoencoder",
    "lenet5",
    "mixer",
    "mlp",
    "numeric_autoencoder",
    "numeric_mlp",
    "recurrent_towers",
    "resnet",
    "seq2seq_lstm",
    "seq2seq_transformer",
    "text_classifier_lstm",
    "text_classifier_transformer",
    "vae",
    "vgg",
    "vit",
]
