"""A long short-term memory over sequences."""

from collections.abc import Sequence
from typing import Any

from kerasdl import ops
from kerasdl.layers.recurrent.lstm_cell import LSTMCell
from kerasdl.layers.recurrent.recurrent_layer import RecurrentLayer, of_cell
from kerasdl.registration import public


@public
class LSTM(RecurrentLayer):
    """Long short-term memory, a recurrent network whose gates decide what it keeps.

    c = f * c + i * activation(g), h = o * activation(c), with the gates i, f and o and the
    candidate g made from x W + h U + b (Hochreiter & Schmidhuber 1997, with the forget gate
    of Gers et al. 2000). The weights are laid out as those of
    `keras.layers.LSTM`, so `set_weights(other.get_weights())` carries them over.

    At masked steps, wherever they are, the states stand still and the input counts for
    nothing, even if it is inf or NaN. The output there is that of the step before, zeros
    before the first step that counts, as in Keras. A fully masked sequence gives zeros and
    returns its initial states.

    Dropout is that of Gal & Ghahramani (2016), https://arxiv.org/abs/1512.05287: for each
    gate one mask for the inputs and one for the state, drawn once for each sequence and
    the same at all of its steps.

    Args:
        units: Positive integer: size of each state and of the output.
        activation: Activation of the candidate and of the shown state.
        recurrent_activation: Activation of the gates.
        use_bias: Whether there is a bias.
        kernel_initializer: Initialiser of the kernel `(features, 4 * units)`: i, f, g, o.
        recurrent_initializer: Initialiser of the recurrent kernel `(units, 4 * units)`.
        bias_initializer: Initialiser of the bias.
        unit_forget_bias: Whether the bias of the forget gate starts at one, so that the
            cell remembers before it has learned to (Jozefowicz et al. 2015).
        kernel_regularizer: Regulariser of the kernel.
        recurrent_regularizer: Regulariser of the recurrent kernel.
        bias_regularizer: Regulariser of the bias.
        kernel_constraint: Constraint on the kernel.
        recurrent_constraint: Constraint on the recurrent kernel.
        bias_constraint: Constraint on the bias.
        dropout: Fraction of the inputs to drop, in `[0, 1)`.
        recurrent_dropout: Fraction of the state to drop where it meets the recurrent
            kernel, in `[0, 1)`.
        layer_norm: Whether the products with the two kernels are normalised, each with
            a scale of its own, before the bias is added, and c before it is shown (Ba et
            al. 2016, https://arxiv.org/abs/1607.06450, equations 20 to 22).
        seed: Seed of the dropout masks.
        return_sequences: Whether to return the output of every step, or of the last.
        return_state: Whether to return the last states h and c besides.
        go_backwards: Whether to read the sequence from its end. The outputs, and the mask
            that goes with them, are in the order in which the steps were taken.
        zero_output_for_mask: Whether the output at masked steps is zeros.
            `keras.layers.Bidirectional` sets it for layers that return sequences.

    Call arguments:
        sequences: Float tensor `(batch, time, features)`.
        initial_state: The states h and c before the first step, a list of two tensors
            `(batch, units)`. Zeros by default.
        mask: Boolean tensor `(batch, time)`, True = keep, merged by AND with the mask that
            the inputs carry.
        training: Whether to drop.

    Returns:
        The output `(batch, units)`, or `(batch, time, units)` with `return_sequences`; with
        `return_state` a tuple of it and the last h and c `(batch, units)`. All in the
        layer's compute dtype.

    Raises:
        ValueError: If `units` or a rate is out of range, or a shape does not fit.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.LSTM(4, return_sequences=True)
    >>> tuple(layer(np.ones((2, 5, 3), "float32")).shape)
    (2, 5, 4)
    """

    recurrent_activation = of_cell("recurrent_activation")
    unit_forget_bias = of_cell("unit_forget_bias")

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        layer_norm: bool = False,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            return_sequences, return_state, go_backwards, zero_output_for_mask, **kwargs
        )
        self.cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            layer_norm=layer_norm,
            seed=seed,
            name="lstm_cell",
            dtype=self.dtype_policy,
            trainable=self.trainable,
        )

    def run_cell(self, sequences: Any, **arguments: Any) -> tuple[Any, Sequence[Any]]:
        """Returns the outputs in the order of processing, and the last states."""
        cell = self.cell
        return ops.lstm(
            sequences,
            cell.kernel,
            cell.recurrent_kernel,
            cell.bias,
            activation=cell.activation,
            recurrent_activation=cell.recurrent_activation,
            **arguments,
        )
