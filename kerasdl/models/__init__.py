"""Functions that return a `keras.Model` built from kerasdl layers."""

from kerasdl.models.char_rnn import char_rnn as char_rnn
from kerasdl.models.gpt import gpt as gpt
from kerasdl.models.mlp import mlp as mlp
from kerasdl.models.next_token import NextToken as NextToken

__all__ = ["NextToken", "char_rnn", "gpt", "mlp"]
