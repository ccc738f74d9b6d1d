"""Recurrent cells, and the layers that run them over sequences."""

from kerasdl.layers.recurrent.gru import GRU as GRU
from kerasdl.layers.recurrent.gru_cell import GRUCell as GRUCell
from kerasdl.layers.recurrent.lstm import LSTM as LSTM
from kerasdl.layers.recurrent.lstm_cell import LSTMCell as LSTMCell
from kerasdl.layers.recurrent.simple_rnn import SimpleRNN as SimpleRNN
from kerasdl.layers.recurrent.simple_rnn_cell import SimpleRNNCell as SimpleRNNCell

__all__ = ["GRU", "LSTM", "GRUCell", "LSTMCell", "SimpleRNN", "SimpleRNNCell"]
