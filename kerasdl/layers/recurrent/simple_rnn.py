"""A fully connected recurrent network over sequences."""

from collections.abc import Sequence
from typing import Any

from kerasdl import ops
from kerasdl.layers.recurrent.recurrent_layer import RecurrentLayer
from kerasdl.layers.recurrent.simple_rnn_cell import SimpleRNNCell
from kerasdl.registration import public


@public
class SimpleRNN(RecurrentLayer):
    """Fully connected recurrent network: h = activation(x W + h U + b) at each step.

    Elman (1990), "Finding structure in time". The weights are laid out as those of
    `keras.layers.SimpleRNN`, so `set_weights(other.get_weights())` carries them over.

    At masked steps, wherever they are, the state stands still and the input counts for
    nothing, even if it is inf or NaN. The output there is that of the step before, zeros
    before the first step that counts, as in Keras. A fully masked sequence gives zeros and
    returns its initial state.

    Dropout is that of Gal & Ghahramani (2016), https://arxiv.org/abs/1512.05287: one mask
    for the inputs and one for the state, drawn once for each sequence and the same at all
    of its steps.

    Args:
        units: Positive integer: size of the state and of the output.
        activation: Activation of the new state.
        use_bias: Whether there is a bias.
        kernel_initializer: Initialiser of the kernel `(features, units)`.
        recurrent_initializer: Initialiser of the recurrent kernel `(units, units)`.
        bias_initializer: Initialiser of the bias.
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
            a scale of its own, before the bias is added (Ba et al. 2016,
            https://arxiv.org/abs/1607.06450).
        seed: Seed of the dropout masks.
        return_sequences: Whether to return the output of every step, or of the last.
        return_state: Whether to return the last state besides.
        go_backwards: Whether to read the sequence from its end. The outputs, and the mask
            that goes with them, are in the order in which the steps were taken.
        zero_output_for_mask: Whether the output at masked steps is zeros.
            `keras.layers.Bidirectional` sets it for layers that return sequences.

    Call arguments:
        sequences: Float tensor `(batch, time, features)`.
        initial_state: The state before the first step, a tensor `(batch, units)`, alone
            or in a list. Zeros by default.
        mask: Boolean tensor `(batch, time)`, True = keep, merged by AND with the mask that
            the inputs carry.
        training: Whether to drop.

    Returns:
        The output `(batch, units)`, or `(batch, time, units)` with `return_sequences`; with
        `return_state` a tuple of it and the last state `(batch, units)`. All in the
        layer's compute dtype.

    Raises:
        ValueError: If `units` or a rate is out of range, or a shape does not fit.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> layer = kerasdl.layers.SimpleRNN(4, return_sequences=True)
    >>> tuple(layer(np.ones((2, 5, 3), "float32")).shape)
    (2, 5, 4)
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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
        self.cell = SimpleRNNCell(
            units,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
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
            name="simple_rnn_cell",
            dtype=self.dtype_policy,
            trainable=self.trainable,
        )

    def run_cell(self, sequences: Any, **arguments: Any) -> tuple[Any, Sequence[Any]]:
        """Returns the outputs in the order of processing, and the last states."""
        cell = self.cell
        return ops.simple_rnn(
            sequences,
            cell.kernel,
            cell.recurrent_kernel,
            cell.bias,
            activation=cell.activation,
            **arguments,
        )
