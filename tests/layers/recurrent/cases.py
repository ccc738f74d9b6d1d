"""The recurrent layers, for the contract."""

from kerasdl.layers import GRU, LSTM, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell
from kerasdl.testing import LayerCase, MaskSpec

L2 = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.01}}
MAX_NORM = {"module": "keras.constraints", "class_name": "MaxNorm", "config": {"max_value": 9.0}}

CELL = {
    "units": 3,
    "activation": "sigmoid",
    "kernel_initializer": "he_normal",
    "recurrent_initializer": "glorot_normal",
    "bias_initializer": "ones",
    "kernel_regularizer": L2,
    "recurrent_regularizer": L2,
    "bias_regularizer": L2,
    "kernel_constraint": MAX_NORM,
    "recurrent_constraint": MAX_NORM,
    "bias_constraint": MAX_NORM,
    "dropout": 0.3,
    "recurrent_dropout": 0.4,
    "seed": 7,
}
GATED = {**CELL, "activation": "softsign", "recurrent_activation": "hard_sigmoid"}
LAYER = {"return_sequences": True, "return_state": True, "go_backwards": True}

CELL_INPUTS = {"inputs": (2, 4), "states": [(2, 3)]}
LSTM_CELL_INPUTS = {"inputs": (2, 4), "states": [(2, 3), (2, 3)]}
SEQUENCES = (2, 5, 4)
MASK = MaskSpec("ignore", empty="zeros")

CASES = [
    LayerCase(SimpleRNNCell, {**CELL, "layer_norm": True}, inputs=CELL_INPUTS),
    LayerCase(
        SimpleRNNCell,
        {"units": 3, "seed": 7, "use_bias": False},
        inputs=CELL_INPUTS,
        random=False,
        id="plain",
    ),
    LayerCase(
        LSTMCell,
        {**GATED, "unit_forget_bias": False, "layer_norm": True},
        inputs=LSTM_CELL_INPUTS,
    ),
    LayerCase(
        LSTMCell,
        {"units": 3, "seed": 7, "use_bias": False},
        inputs=LSTM_CELL_INPUTS,
        random=False,
        id="plain",
    ),
    LayerCase(GRUCell, {**GATED, "layer_norm": True}, inputs=CELL_INPUTS),
    LayerCase(
        GRUCell,
        {"units": 3, "seed": 7, "use_bias": False, "reset_after": False},
        inputs=CELL_INPUTS,
        random=False,
        id="reset_before",
    ),
    LayerCase(SimpleRNN, {**CELL, **LAYER}, inputs=SEQUENCES, mask=MASK),
    LayerCase(
        SimpleRNN,
        {
            "units": 3,
            "seed": 7,
            "use_bias": False,
            "layer_norm": True,
            "zero_output_for_mask": True,
        },
        inputs=SEQUENCES,
        mask=MASK,
        random=False,
        id="layer_norm",
    ),
    LayerCase(LSTM, {**GATED, **LAYER, "unit_forget_bias": False}, inputs=SEQUENCES, mask=MASK),
    LayerCase(
        LSTM,
        {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.4, "seed": 7, "return_sequences": True},
        inputs=SEQUENCES,
        mask=MASK,
        id="by_hand",
    ),
    LayerCase(
        LSTM,
        {
            "units": 3,
            "seed": 7,
            "use_bias": False,
            "layer_norm": True,
            "zero_output_for_mask": True,
        },
        inputs=SEQUENCES,
        mask=MASK,
        random=False,
        id="layer_norm",
    ),
    LayerCase(
        LSTM,
        {"units": 3, "seed": 7},
        inputs={"sequences": SEQUENCES, "initial_state": [(2, 3), (2, 3)]},
        mask=MaskSpec("ignore", {"sequences": "mask"}, empty="finite"),
        random=False,
        id="initial_state",
    ),
    LayerCase(GRU, {**GATED, **LAYER, "reset_after": False}, inputs=SEQUENCES, mask=MASK),
    LayerCase(
        GRU,
        {"units": 3, "dropout": 0.3, "recurrent_dropout": 0.4, "seed": 7, "return_sequences": True},
        inputs=SEQUENCES,
        mask=MASK,
        id="by_hand",
    ),
    LayerCase(
        GRU,
        {
            "units": 3,
            "seed": 7,
            "use_bias": False,
            "layer_norm": True,
            "zero_output_for_mask": True,
        },
        inputs=SEQUENCES,
        mask=MASK,
        random=False,
        id="layer_norm",
    ),
]
