"""The cell of a fully connected recurrent network."""

from collections.abc import Sequence
from typing import Any

from kerasdl.layers.recurrent.recurrent_cell import RecurrentCell
from kerasdl.ops.recurrent_steps import simple_rnn_step
from kerasdl.registration import public


@public
class SimpleRNNCell(RecurrentCell):
    """One step of a fully connected recurrent network: h = activation(x W + h U + b).

    Elman (1990), "Finding structure in time". For whole sequences use
    `kerasdl.layers.SimpleRNN`, which is faster than `keras.layers.RNN(SimpleRNNCell(...))`;
    the cell is for loops of one's own and for `keras.layers.StackedRNNCells`. Its weights
    are laid out as those of `keras.layers.SimpleRNNCell`.

    Dropout is that of Gal & Ghahramani (2016), https://arxiv.org/abs/1512.05287: one mask
    for the inputs and one for the state, drawn once for each sequence and the same at all
    of its steps. Called by itself, the cell draws them at each call.

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

    Call arguments:
        inputs: Float tensor `(batch, features)`.
        states: The state `(batch, units)`, alone or in a list.
        training: Whether to drop.

    Returns:
        The output `(batch, units)`, and the new state, nested as `states` was.

    Raises:
        ValueError: If `units` or a rate is out of range.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> cell = kerasdl.layers.SimpleRNNCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> tuple(output.shape), len(states)
    ((2, 4), 1)
    """

    gates = 1

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
        **kwargs: Any,
    ) -> None:
        super().__init__(
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
            **kwargs,
        )

    def step(self, projected: Any, states: Sequence[Any], *recurrent: Any) -> tuple[Any, ...]:
        """Returns the new states, given the product of the inputs with the kernel."""
        return simple_rnn_step(projected, states, *recurrent, activation=self.activation)
