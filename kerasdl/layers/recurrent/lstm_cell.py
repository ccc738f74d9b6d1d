"""The cell of a long short-term memory."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from kerasdl.layers.recurrent.recurrent_cell import RecurrentCell
from kerasdl.ops.recurrent_steps import lstm_step
from kerasdl.registration import public


@public
class LSTMCell(RecurrentCell):
    """One step of a long short-term memory, whose gates decide what it keeps.

    c = f * c + i * activation(g), h = o * activation(c), with the gates i, f and o and the
    candidate g made from x W + h U + b (Hochreiter & Schmidhuber 1997, with the forget gate
    of Gers et al. 2000). For whole sequences use
    `kerasdl.layers.LSTM`, which is faster than `keras.layers.RNN(LSTMCell(...))`;
    the cell is for loops of one's own and for `keras.layers.StackedRNNCells`. Its weights
    are laid out as those of `keras.layers.LSTMCell`.

    Dropout is that of Gal & Ghahramani (2016), https://arxiv.org/abs/1512.05287: for each
    gate one mask for the inputs and one for the state, drawn once for each sequence and
    the same at all of its steps. Called by itself, the cell draws them at each call.

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

    Call arguments:
        inputs: Float tensor `(batch, features)`.
        states: The states h and c, a list of two tensors `(batch, units)`.
        training: Whether to drop.

    Returns:
        The output `(batch, units)`, and the new states in a list.

    Raises:
        ValueError: If `units` or a rate is out of range.

    Example:

    >>> import numpy as np
    >>> import kerasdl
    >>> cell = kerasdl.layers.LSTMCell(4)
    >>> output, states = cell(np.ones((2, 3), "float32"), cell.get_initial_state(2))
    >>> tuple(output.shape), len(states)
    ((2, 4), 2)
    """

    gates = 4

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
        self.recurrent_activation = keras.activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.state_size = [units, units]

    def build(self, input_shape: Any) -> None:
        """Creates the weights."""
        super().build(input_shape)
        if self.layer_norm:
            self.norm_weights.extend(
                self._add_norm_weight(f"state_norm_{name}", self.units, start)
                for name, start in (("scale", "ones"), ("offset", "zeros"))
            )

    def step(self, projected: Any, states: Sequence[Any], *recurrent: Any) -> tuple[Any, ...]:
        """Returns the new states, given the product of the inputs with the kernel."""
        return lstm_step(
            projected,
            states,
            *recurrent,
            activation=self.activation,
            recurrent_activation=self.recurrent_activation,
            state_norm=self.norm_weights[2:] or None,
        )

    def _initial_bias(self, shape: Any, dtype: Any = None) -> Any:
        if not self.unit_forget_bias:
            return super()._initial_bias(shape, dtype)
        others = self.bias_initializer((3 * self.units,), dtype=dtype)
        forget = ops.ones((self.units,), dtype=dtype)
        return ops.concatenate([others[: self.units], forget, others[self.units :]])

    def get_config(self) -> dict[str, Any]:
        """Returns the constructor's arguments."""
        config = super().get_config()
        config.update(
            recurrent_activation=keras.activations.serialize(self.recurrent_activation),
            unit_forget_bias=self.unit_forget_bias,
        )
        return config
